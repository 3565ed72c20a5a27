"""What a phone has and a test's browser lacks."""

# Chromium on Linux has no share sheet, and no screen that goes dark here: these stand in for the
# device's. The sheet refuses HEIC as Chromium's does, and may open only upon a fresh tap.
DEVICE = """
window.shared = [];
window.locks = [];
navigator.canShare = ({ files }) => files.every(({ name }) => !/[.](heic|mov)$/i.test(name));
navigator.share = async ({ files }) => {
  if (!navigator.userActivation.isActive) throw new DOMException("", "NotAllowedError");
  window.shared.push(files.map(({ name, type, size }) => [name, type, size]));
};
Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
  window.locks.push("held");
  return { released: false, release() { this.released = true; window.locks.push("released"); } };
} } });
"""
