// Where every photo of an album stands, from shapes and days alone: pure arithmetic, no document.
// Days that fit stand side by side in one band; a larger day fills rows of its own. Each row
// depends only on what comes before it, so the first screen stays as it is when more is known.

const GAP = 4;
const BETWEEN_DAYS = 20;
const HEADER = 44;
const BELOW = 16;
const ROW = 235;
const SQUARES_BELOW = 640;
const SQUARES = 3;

/**
 * Lays out `shape` ({ratios in hundredths, days: [[date, run, label], …] or none}) for a width.
 * Returns {height, days: [{start, end, x, y, width, height, rows, …}]}, y from the grid's top;
 * rows are {start, end, y, height} with y from the day's top.
 */
export function layOut(shape, width, viewport) {
  const measure = viewport < SQUARES_BELOW ? squares(width) : justified(width);
  const runs = shape.days ?? [["", shape.ratios.length, ""]];
  const page = { width, y: 0, band: [], used: 0, days: [] };
  let start = 0;
  for (const [date, run, label] of runs) {
    const day = { date, label, start, end: start + run, header: shape.days ? HEADER : 0 };
    start += run;
    place(page, day, shape.ratios, measure);
  }
  closeBand(page, shape.ratios, measure, true);
  return { height: page.y, days: page.days, gap: GAP, squares: measure.side ?? 0 };
}

/** The boxes of one row's tiles, relative to their day: [{index, x, width}]. */
export function boxesOf(row, ratios, layout) {
  const boxes = [];
  let x = 0;
  for (let index = row.start; index < row.end; index++) {
    const width = layout.squares || (ratios[index] / 100) * row.height;
    boxes.push({ index, x, width });
    x += width + layout.gap;
  }
  return boxes;
}

function squares(width) {
  const side = (width - GAP * (SQUARES - 1)) / SQUARES;
  return {
    side,
    between: GAP,
    least: side,
    natural: (ratios, day) => (day.end - day.start) * (side + GAP) - GAP,
    rows: (ratios, day) => rowsOf(day, (at) => ({ end: Math.min(at + SQUARES, day.end), height: side })),
    bandHeight: () => side,
  };
}

function justified(width) {
  return {
    between: BETWEEN_DAYS,
    least: 128,
    natural: (ratios, day) => sum(ratios, day) * ROW + GAP * (day.end - day.start - 1),
    rows: (ratios, day) => rowsOf(day, (at) => justifiedRow(ratios, at, day.end, width)),
    bandHeight: (ratios, band) => bandHeight(ratios, band, width),
  };
}

function sum(ratios, { start, end }) {
  let total = 0;
  for (let index = start; index < end; index++) total += ratios[index];
  return total / 100;
}

function rowsOf(day, next) {
  const rows = [];
  let y = day.header;
  for (let at = day.start; at < day.end; ) {
    const { end, height } = next(at);
    rows.push({ start: at, end, y, height });
    y += height + GAP;
    at = end;
  }
  return rows;
}

// The row ends where its height comes nearest to the wanted one; the last is never stretched.
function justifiedRow(ratios, start, stop, width) {
  let total = 0;
  let before = Infinity;
  for (let end = start + 1; end <= stop; end++) {
    total += ratios[end - 1] / 100;
    const height = (width - GAP * (end - 1 - start)) / total;
    if (height <= ROW) {
      const shorter = before < Infinity && before - ROW < ROW - height && before < ROW * 1.35;
      return shorter ? { end: end - 1, height: before } : { end, height };
    }
    before = height;
  }
  return { end: stop, height: before < ROW * 1.12 ? before : ROW };
}

function bandHeight(ratios, band, width) {
  let photos = 0;
  let gaps = BETWEEN_DAYS * (band.length - 1);
  for (const day of band) {
    const natural = sum(ratios, day);
    if (natural * ROW < 128) return ROW;
    photos += natural;
    gaps += GAP * (day.end - day.start - 1);
  }
  const height = (width - gaps) / photos;
  return height < ROW * 1.3 ? height : ROW;
}

function place(page, day, ratios, measure) {
  day.width = Math.max(measure.natural(ratios, day), measure.least);
  const fits = page.used + (page.band.length ? measure.between : 0) + day.width <= page.width + 0.5;
  if (!fits) closeBand(page, ratios, measure, false);
  if (day.width > page.width + 0.5) return placeAlone(page, day, ratios, measure);
  page.used += (page.band.length ? measure.between : 0) + day.width;
  page.band.push(day);
}

function placeAlone(page, day, ratios, measure) {
  const rows = measure.rows(ratios, day);
  const last = rows.at(-1);
  const height = last.y + last.height;
  page.days.push({ ...day, rows, x: 0, y: page.y, width: page.width, height });
  page.y += height + (day.header ? BELOW : GAP);
}

function closeBand(page, ratios, measure, isLast) {
  if (!page.band.length) return;
  const height = isLast && !measure.side ? ROW : measure.bandHeight(ratios, page.band);
  let x = 0;
  for (const day of page.band) {
    const rows = [{ start: day.start, end: day.end, y: day.header, height }];
    const natural = measure.side ? day.width : sum(ratios, day) * height + GAP * (day.end - day.start - 1);
    const width = Math.max(natural, measure.least);
    page.days.push({ ...day, rows, x, y: page.y, width, height: day.header + height });
    x += width + measure.between;
  }
  if (page.band.length === 1) page.days.at(-1).width = page.width; // all the room is its header's
  page.y += page.band[0].header + height + (page.band[0].header ? BELOW : GAP);
  page.band = [];
  page.used = 0;
}
