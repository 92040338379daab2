// Our own line drawings on a grid of 24, shared by the parts of a page; `<glyph name="car"/>`.
export const DRAWN = {
  car: "M4 16v-4l2-1 2-4h7l3 4 2 1v4h-2M9 16h6M6.5 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  home: "M4 11 12 4l8 7M6 9.5V20h12V9.5",
  person: "M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.6-4 3.2-6 7-6s6.4 2 7 6",
  flame: "M12 3c3.5 4 6.5 6.5 6.5 10.5a6.5 6.5 0 0 1-13 0c0-2 1-4 2.3-5.3.4 1.4 1.1 2.3 2.2 2.7C9.7 8.2 10.2 5.5 12 3z",
  close: "M7 7l10 10M17 7 7 17",
  less: "M6 12h12",
  more: "M6 12h12M12 6v12",
};

export const glyph = {
  props: { name: String },
  computed: { drawn() { return DRAWN[this.name] ?? ""; } },
  template: `<svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path :d="drawn"/></svg>`,
};
