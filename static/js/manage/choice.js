// What is chosen of an album: ids, and how many of each day, whether they were loaded or not.
export class Choice {
  ids = new Set();
  #counts = new Map(); // day → chosen of it
  #days = new Map(); // day → {start, count} in the album's order
  #order = null;

  constructor(picker) {
    this.picker = picker;
    let start = 0;
    for (const chunk of picker.querySelectorAll("[data-chunk]")) {
      for (const text of chunk.dataset.days.split(",").filter(Boolean)) {
        const [day, number] = text.split(":");
        const known = this.#days.get(day) ?? { start, count: 0 };
        this.#days.set(day, { start: known.start, count: known.count + Number(number) });
        start += Number(number);
      }
    }
  }

  /** How many of a day are chosen, and of how many: [3, 40]. */
  ofDay(day) {
    return [this.#counts.get(day) ?? 0, this.#days.get(day)?.count ?? 0];
  }

  set(id, day, isChosen) {
    if (this.ids.has(id) === isChosen) return;
    if (isChosen) this.ids.add(id);
    else this.ids.delete(id);
    this.#counts.set(day, (this.#counts.get(day) ?? 0) + (isChosen ? 1 : -1));
  }

  async setDay(day, isChosen) {
    const { start, count } = this.#days.get(day);
    const order = await this.order();
    for (const id of order.slice(start, start + count)) this.set(id, day, isChosen);
  }

  /** Chooses all between two photos as the album has them, both included. */
  async setRange(one, other, isChosen) {
    const order = await this.order();
    const [from, to] = [order.indexOf(one), order.indexOf(other)].sort((a, b) => a - b);
    if (from < 0) return;
    const wanted = new Set(order.slice(from, to + 1));
    for (const [id, day] of this.#dated(order)) if (wanted.has(id)) this.set(id, day, isChosen);
  }

  async setAll(ids) {
    const wanted = new Set(ids);
    for (const [id, day] of this.#dated(await this.order())) if (wanted.has(id)) this.set(id, day, true);
  }

  clear() {
    this.ids.clear();
    this.#counts.clear();
  }

  /** All ids of the album in its order; fetched when first they are needed. */
  async order() {
    if (this.#order) return this.#order;
    const answer = await fetch(this.picker.dataset.order).catch(() => null);
    if (!answer?.ok || answer.redirected) return [];
    this.#order = (await answer.text()).split("\n").filter(Boolean);
    return this.#order;
  }

  *#dated(order) {
    for (const [day, { start, count }] of this.#days) {
      for (const id of order.slice(start, start + count)) yield [id, day];
    }
  }
}
