// The evening in one picture: temperature, target, arrival, heating and daylight along time. Data from evening.py.
import { glide, watchWidth } from "homeward/motion.js";

const MOVING = ["now", "start", "end", "low", "high", "future", "level", "target", "p10", "median", "p90", "warm_from", "indoor"];
const LEFT = 28, RIGHT = 40, TOP = 32;

export default {
  props: { data: Object },
  template: `
  <figure class="evening" ref="box">
    <svg v-if="d && width > 160 && drawn" role="img" :aria-label="d.label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height"
         tabindex="0" @pointermove="point" @pointerdown="point" @pointerleave="at = null" @blur="at = null" @keydown="walk">
      <defs>
        <linearGradient :id="id + 'a'" :x1="x(soft[0])" :x2="x(soft[1])" y1="0" y2="0" gradientUnits="userSpaceOnUse">
          <stop v-for="s in stops" :key="s[0]" :offset="s[0]" stop-color="var(--car)" :stop-opacity="s[1]"/>
        </linearGradient>
        <linearGradient :id="id + 's'" x1="0" x2="1" y1="0" y2="0">
          <stop v-for="(v, i) in d.sun" :key="i" :offset="i / (d.sun.length - 1)" stop-color="var(--night)" :stop-opacity="1 - v"/>
        </linearGradient>
        <linearGradient :id="id + 'f'" x1="0" x2="0" y1="0" y2="1">
          <stop offset="0" stop-color="var(--home)" stop-opacity="0.16"/><stop offset="1" stop-color="var(--home)" stop-opacity="0"/>
        </linearGradient>
      </defs>

      <rect v-if="d.sun.length" :x="LEFT" :width="right - LEFT" :y="TOP" :height="foot - TOP" :fill="'url(#' + id + 's)'"/>
      <g class="grid">
        <line v-for="t in d.ticks" :key="t[0]" :x1="x(t[0])" :x2="x(t[0])" :y1="TOP" :y2="foot" stroke="var(--hair)"/>
        <text v-for="t in labelled" :key="t[0]" :x="x(t[0])" :y="foot + 20" text-anchor="middle">{{ t[1] }}</text>
      </g>

      <g v-if="d.target != null">
        <rect :x="LEFT" :width="right - LEFT" :y="y(d.target + 0.5)" :height="y(d.target - 0.5) - y(d.target + 0.5)" fill="var(--home)" opacity="0.10"/>
        <rect v-if="d.median != null" :x="x(d.median)" :width="Math.max(0, right - x(d.median))" :y="y(d.target + 0.5)"
              :height="y(d.target - 0.5) - y(d.target + 0.5)" fill="var(--home)" opacity="0.12"/>
        <text :x="right + 6" :y="y(d.target) + 4" style="fill: var(--home-ink)">{{ d.target_label }}</text>
      </g>

      <path v-if="d.past.length > 1" :d="line(d.past) + 'L' + x(d.now) + ',' + foot + 'L' + x(d.past[0][0]) + ',' + foot + 'Z'" :fill="'url(#' + id + 'f)'"/>
      <rect v-if="d.p10 != null" :x="x(soft[0])" :width="x(soft[1]) - x(soft[0])" :y="TOP" :height="foot - TOP" :fill="'url(#' + id + 'a)'"/>

      <g v-if="d.ghost" fill="none" stroke="var(--car)">
        <line :x1="x(d.ghost.median)" :x2="x(d.ghost.median)" :y1="TOP" :y2="foot" stroke-dasharray="2 4"/>
        <path :d="arrow(x(d.ghost.median), x(d.median), TOP + 12)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
      </g>

      <path v-if="d.past.length > 1" :d="line(d.past)" fill="none" stroke="var(--home)" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>
      <path v-if="d.future.length" :d="line(d.future)" fill="none" stroke="var(--home)" stroke-width="2" stroke-dasharray="1 5" stroke-linecap="round"/>

      <line :x1="LEFT" :x2="right" :y1="foot" :y2="foot" stroke="var(--strong-hair)"/>

      <g v-if="d.median != null">
        <line :x1="x(d.median)" :x2="x(d.median)" :y1="TOP" :y2="foot" stroke="var(--car)" stroke-width="1.5"/>
        <g v-if="d.median > d.now" :transform="'translate(' + (x(d.median) - 14) + ',' + (foot - 17) + ')'" class="glyph">
          <path d="M1.5 13.5v-4c0-1.2.7-2.1 1.8-2.3l2.6-.6 2.9-3.6c.6-.7 1.4-1 2.3-1h6c1 0 1.9.4 2.5 1.2l2.6 3.3 2.6.7c1.2.3 2 1.3 2 2.5v3.8z"
                fill="var(--car)" stroke="var(--surface)" stroke-width="2" paint-order="stroke"/>
          <circle cx="7.5" cy="14" r="3" fill="var(--car)" stroke="var(--surface)" stroke-width="1.5"/>
          <circle cx="20.5" cy="14" r="3" fill="var(--car)" stroke="var(--surface)" stroke-width="1.5"/>
        </g>
        <text class="loud" :x="clamp(x(d.median), 28)" :y="TOP - 10" text-anchor="middle">{{ stamp(d.median) }}</text>
      </g>

      <path :d="'M' + x(d.now) + ',' + TOP + 'V' + foot + 'm0,28V' + (foot + 48)" stroke="var(--ink)" stroke-width="1"/>
      <text v-if="called.shown" :x="called.x" :y="TOP - 10" :text-anchor="called.anchor">now</text>
      <g v-if="d.indoor != null">
        <circle :cx="x(d.now)" :cy="y(d.indoor)" r="5" fill="var(--home)" stroke="var(--surface)" stroke-width="2"/>
        <text class="strong halo" :x="x(d.now) - 10" :y="y(d.indoor) + (falling ? 20 : -10)" text-anchor="end" style="fill: var(--home-ink)">{{ d.indoor.toFixed(1) }}°</text>
      </g>

      <g :transform="'translate(0,' + (foot + 32) + ')'">
        <path d="M14 0c2.5 2.8 4.5 4.8 4.5 7.5a4.5 4.5 0 0 1-9 0c0-1.5.7-2.7 1.6-3.7.3 1 .8 1.6 1.5 1.9C12.4 3.6 12.7 1.8 14 0z" fill="var(--home)"/>
        <rect :x="LEFT" :width="right - LEFT" y="0" height="12" rx="3" fill="var(--raised)"/>
        <rect v-for="(s, i) in d.heated" :key="'h' + i" :x="x(s[0])" :width="Math.max(0, x(s[1]) - x(s[0]))" :y="12 - 12 * s[2]" :height="12 * s[2]" fill="var(--home)" shape-rendering="crispEdges"/>
        <rect v-for="(s, i) in d.level" :key="'l' + i" :x="x(s[0])" :width="Math.max(0, x(s[1]) - x(s[0]))" :y="12 - 12 * s[2]" :height="12 * s[2]" fill="var(--home)" opacity="0.6" shape-rendering="crispEdges"/>
        <text v-if="d.warm_from != null && d.warm_from > d.now && x(d.warm_from) - x(d.now) > 46 && !d.ghost" :x="x(d.warm_from) - 6" y="10.5" text-anchor="end" style="fill: var(--home-ink); font-weight: 600">{{ d.warm_label }}</text>
        <g v-if="d.ghost && d.ghost.warm_from != null && d.warm_from != null" fill="none" stroke="var(--home-ink)">
          <line :x1="x(d.ghost.warm_from)" :x2="x(d.ghost.warm_from)" y1="-4" y2="16" stroke-dasharray="2 2"/>
          <path :d="arrow(x(d.ghost.warm_from), x(d.warm_from), 6)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
        </g>
      </g>
      <g v-if="d.price.length" :transform="'translate(0,' + (foot + 56) + ')'">
        <text x="14" y="9" text-anchor="middle">€</text>
        <rect v-for="(p, i) in d.price" :key="i" :x="x(p[0])" :width="slot(i)" :y="10 - 3 - 7 * p[1]" :height="3 + 7 * p[1]" fill="var(--faint)" opacity="0.5"/>
      </g>

      <g v-if="at != null" pointer-events="none">
        <line :x1="x(at)" :x2="x(at)" :y1="TOP" :y2="foot" stroke="var(--soft)" stroke-dasharray="3 3"/>
        <text class="strong halo" :x="clamp(x(at), 60)" :y="TOP + 14" text-anchor="middle" style="fill: var(--ink)">{{ read }}</text>
      </g>
    </svg>
    <span class="heard" aria-live="polite">{{ at != null ? read : "" }}</span>
  </figure>`,
  data: () => ({ d: null, width: 0, at: null, id: "e" + Math.random().toString(36).slice(2, 8), LEFT, TOP }),
  created() { this.feed = glide((shown) => { this.d = shown; }, MOVING); this.feed(this.data); },
  mounted() { this.unwatch = watchWidth(this.$refs.box, (width) => { this.width = Math.floor(width); }); },
  unmounted() { this.unwatch?.(); },
  watch: { data(next) { this.feed(next); } },
  computed: {
    drawn() { return this.d.past.length > 1 || this.d.median != null || this.d.target != null; },
    height() { return this.width < 560 ? 248 : 304; },
    foot() { return this.height - (this.d.price.length ? 72 : 52); },
    right() { return this.width - RIGHT; },
    soft() {
      const { p10, median, p90 } = this.d;
      return p10 == null ? [0, 1] : [p10 - 0.5 * Math.max(60, median - p10), p90 + 0.5 * Math.max(60, p90 - median)];
    },
    stops() {
      const [from, to] = this.soft, { p10, median, p90 } = this.d;
      const share = (t) => (t - from) / (to - from);
      return [[0, 0], [share(p10), 0.14], [share(median), 0.36], [share(p90), 0.14], [1, 0]];
    },
    labelled() { return this.d.ticks.filter((t) => this.x(t[0]) > LEFT + 8 && this.x(t[0]) < this.right + 16); },
    // where "now" can be written without touching the arrival's time
    called() {
      const now = this.x(this.d.now), gap = this.d.median == null ? Infinity : this.x(this.d.median) - now;
      if (Math.abs(gap) > 40) return { shown: true, x: this.clamp(now, 12), anchor: "middle" };
      return gap > 0 ? { shown: true, x: now + Math.min(4, gap - 30), anchor: "end" } : { shown: false };
    },
    // the measured line comes from above: then the figure stands below it
    falling() { return (value(this.d.past, this.d.now - 1800) ?? -99) > this.d.indoor + 0.02; },
    read() {
      const line = this.at <= this.d.now ? this.d.past : this.d.future;
      const inside = value(line, this.at);
      return this.stamp(this.at) + (inside == null ? "" : ` · ${inside.toFixed(1)}°`);
    },
  },
  methods: {
    x(t) { return LEFT + (this.right - LEFT) * (t - this.d.start) / (this.d.end - this.d.start); },
    y(v) { return this.foot - (this.foot - TOP) * (v - this.d.low) / (this.d.high - this.d.low); },
    clamp(at, half) { return Math.min(this.width - half, Math.max(half, at)); },
    line(points) { return "M" + points.map(([t, v]) => `${Math.max(LEFT, this.x(t)).toFixed(1)},${this.y(v).toFixed(1)}`).join("L"); },
    arrow(from, to, y) {
      const head = to > from ? -4 : 4;
      return Math.abs(to - from) < 8 ? "" : `M${from},${y}H${to}m${head},-4l${-head},4l${head},4`;
    },
    slot(i) { const p = this.d.price; return Math.max(1, (i + 1 < p.length ? this.x(p[i + 1][0]) - this.x(p[i][0]) : 8) - 1); },
    // the household's clock, whatever zone the browser is in: counted from a labelled hour
    stamp(t) {
      if (!this.d.ticks.length) return "";
      const [at, label] = this.d.ticks[0], [hour, minute] = label.split(":").map(Number);
      const minutes = (((hour * 60 + minute + Math.floor((t - at) / 60 + 1e-6)) % 1440) + 1440) % 1440;
      return String(Math.floor(minutes / 60)).padStart(2, "0") + ":" + String(minutes % 60).padStart(2, "0");
    },
    point(event) {
      const place = event.clientX - this.$refs.box.getBoundingClientRect().left;
      this.at = this.within(this.d.start + (this.d.end - this.d.start) * (place - LEFT) / (this.right - LEFT));
    },
    within(t) { return Math.min(this.d.end, Math.max(this.d.start, t)); },
    walk(event) {
      const by = { ArrowLeft: -300, ArrowRight: 300 }[event.key];
      if (event.key === "Escape") this.at = null;
      if (!by) return;
      event.preventDefault();
      this.at = this.within((this.at ?? this.d.now) + by);
    },
  },
};

function value(line, at) {
  const next = line.findIndex(([t]) => t >= at);
  if (next < 0 || !line.length) return null;
  if (next === 0) return line[0][0] - at > 900 ? null : line[0][1];
  const [[t0, v0], [t1, v1]] = [line[next - 1], line[next]];
  return v0 + (v1 - v0) * (at - t0) / (t1 - t0 || 1);
}
