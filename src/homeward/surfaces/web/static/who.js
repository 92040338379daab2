// One line for each person and car: where they are, in words. Data from who.py.
import { glyph } from "homeward/glyphs.js";

export default {
  components: { glyph },
  props: { data: Array },
  template: `
  <ul class="who">
    <li v-for="line in data" :key="line.node">
      <glyph :name="line.kind" :class="line.kind"/>
      <span>{{ line.name }}<span class="state small">{{ line.state }}</span></span>
      <span class="right">{{ line.right }}<span v-if="line.age" class="small state">{{ line.age }}</span></span>
    </li>
  </ul>`,
};
