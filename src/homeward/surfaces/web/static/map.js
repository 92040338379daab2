// Who is where: the home in the middle of distance rings, cars, people and the way driven so far. Data from places.py.
import { glide, watchWidth } from "homeward/motion.js";

const PAD = 40;

export default {
  props: { data: Object },
  template: `
  <figure class="map" ref="box">
    <svg v-if="d && width > 160" role="img" :aria-label="d.label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height" style="overflow: hidden">
      <g fill="none" stroke="var(--hair)">
        <circle v-for="r in d.rings" :key="r[0]" :cx="x(0)" :cy="y(0)" :r="r[0] * scale"/>
      </g>
      <text v-for="r in labels" :key="r[0]" :x="r[2]" :y="r[3] + 4" text-anchor="middle" class="halo">{{ r[1] }}</text>
      <path v-for="(t, i) in d.tracks" :key="i" :d="way(t)" fill="none" stroke="var(--car)" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round" opacity="0.55"/>
      <g :transform="'translate(' + x(0) + ',' + y(0) + ')'">
        <circle r="16" fill="var(--surface)" stroke="var(--home)" stroke-width="1.5"/>
        <path d="M-7 0L0-6.5 7 0M-5-1.5V6H5v-7.5" fill="none" stroke="var(--home)" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>
      </g>
      <g v-for="m in d.marks" :key="m.name" :transform="'translate(' + x(m.x) + ',' + y(m.y) + ')'" :opacity="m.stale ? 0.55 : 1">
        <circle r="13" :fill="'var(--' + m.kind + ')'" opacity="0.18"/>
        <circle r="7" :fill="m.far ? 'var(--surface)' : 'var(--' + m.kind + ')'" :stroke="m.far ? 'var(--' + m.kind + ')' : 'var(--surface)'" stroke-width="2"/>
        <text class="halo" :x="side(m) * 18" y="4" :text-anchor="side(m) > 0 ? 'start' : 'end'" :style="'font-weight: 600; fill: var(--' + m.kind + '-ink)'">{{ m.name }}</text>
      </g>
      <g :transform="'translate(' + (width - 24) + ',28)'"><path d="M0-12L5 4 0 1-5 4Z" fill="var(--faint)"/><text y="18" text-anchor="middle">N</text></g>
    </svg>
  </figure>`,
  data: () => ({ d: null, width: 0 }),
  created() { this.feed = glide((shown) => { this.d = shown; }, ["view"]); this.feed(this.data); },
  mounted() { this.unwatch = watchWidth(this.$refs.box, (width) => { this.width = Math.floor(width); }); },
  unmounted() { this.unwatch?.(); },
  watch: { data(next) { this.feed(next); } },
  computed: {
    height() { return 208; },
    scale() {
      const [west, south, east, north] = this.d.view;
      return Math.min((this.width - 2 * PAD) / Math.max(1, east - west), (this.height - 2 * PAD) / Math.max(1, north - south));
    },
    // each ring's label stands where the ring still lies inside the picture, away from the cars
    labels() {
      const [first, start] = [this.d.marks[0], this.d.tracks.find((track) => track.length)?.[0]];
      const away = first ? Math.atan2(first.y, first.x) : start ? Math.atan2(start[1], start[0]) : 0;
      return this.d.rings.flatMap(([metres, label]) => {
        for (const turn of [2.4, -2.4, 1.6, -1.6, 3.1, 0.9, -0.9]) {
          const px = this.x(metres * Math.cos(away + turn)), py = this.y(metres * Math.sin(away + turn));
          const covered = this.d.marks.some((mark) => this.covers(mark, px, py));
          if (!covered && px > 24 && px < this.width - (py < 64 ? 80 : 48) && py > 12 && py < this.height - 12) return [[metres, label, px, py]];
        }
        return [];
      });
    },
  },
  methods: {
    x(metres) { const [west, , east] = this.d.view; return this.width / 2 + (metres - (west + east) / 2) * this.scale; },
    y(metres) { const [, south, , north] = this.d.view; return this.height / 2 - (metres - (south + north) / 2) * this.scale; },
    way(points) { return points.length > 1 ? "M" + points.map(([e, n]) => `${this.x(e).toFixed(1)},${this.y(n).toFixed(1)}`).join("L") : ""; },
    // a mark and its name take this much room; a ring's label keeps out of it
    covers(mark, px, py) {
      const across = (px - this.x(mark.x)) * this.side(mark), room = 24 + 9 * mark.name.length;
      return Math.abs(py - this.y(mark.y)) < 22 && across > -44 && across < room + 24;
    },
    side(mark) { return this.x(mark.x) > this.width - 96 ? -1 : 1; },
  },
};
