// The moment that must be understood: arrival and heating moved together, and why. Data from today.py, null for none.
import { glyph } from "homeward/glyphs.js";

export default {
  components: { glyph },
  props: { data: Object },
  emits: ["seen"],
  template: `
  <div v-if="data" :key="data.key" class="moved" role="group" aria-label="What moved">
    <div v-for="row in data.rows" :key="row.what" class="shift" :class="row.kind">
      <p class="soft"><glyph :name="row.kind === 'car' ? 'car' : 'flame'"/>{{ row.what }}</p>
      <p class="is">{{ row.is }}</p>
      <p class="soft small"><template v-if="row.was"><span class="heard">was </span><span class="was">{{ row.was }}</span> </template>{{ row.by }}</p>
    </div>
    <button class="press plain round" type="button" aria-label="Put this away" @click="$emit('seen')"><glyph name="close"/></button>
  </div>`,
};
