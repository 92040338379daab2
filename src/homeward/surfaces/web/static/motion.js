// Numbers that glide from what they were to what they are, in 200 ms, and not at all for those who prefer no motion.

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const ease = (t) => 1 - (1 - t) ** 3;

// Mixes two pieces of plain data: numbers blend, lists of one length blend item by item, all else jumps.
export function mix(from, to, t) {
  if (typeof from === "number" && typeof to === "number") return from + (to - from) * t;
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return to.map((item, index) => mix(from[index], item, t));
  }
  return to;
}

// Calls show(data) with every step from the data shown last towards the newest; returns the function to feed.
export function glide(show, keys, span = 200) {
  let shown = null, frame = 0;
  return (data) => {
    cancelAnimationFrame(frame);
    const from = shown, began = performance.now();
    const step = (time) => {
      const t = !from || still() || document.hidden ? 1 : Math.min(1, Math.max(0, (time - began) / span));
      shown = { ...data };
      if (t < 1) for (const key of keys) shown[key] = mix(from[key], data[key], ease(t));
      show(shown);
      if (t < 1) frame = requestAnimationFrame(step);
    };
    step(began);
  };
}

// Watches an element's width and tells it, first at once.
export function watchWidth(element, tell) {
  const watcher = new ResizeObserver(([entry]) => tell(entry.contentRect.width));
  tell(element.clientWidth);
  watcher.observe(element);
  return () => watcher.disconnect();
}
