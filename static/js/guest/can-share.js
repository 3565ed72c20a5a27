// Whether this browser hands files to the device's share sheet. Only pages over HTTPS are let.

const sample = new File(["x"], "photo.jpg", { type: "image/jpeg" });

export const canShareFiles = Boolean(navigator.share && navigator.canShare?.({ files: [sample] }));
