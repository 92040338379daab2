// The Wrist page: one thing and one button. Data from wrist.py; says `press`.
export default {
  props: { data: Object },
  emits: ["press"],
  template: `
  <section class="card wrist" aria-live="polite">
    <p class="what">{{ data.what }}</p>
    <p v-if="data.figure" class="big" :class="data.kind">{{ data.figure }}</p>
    <p class="soft">{{ data.small }}</p>
    <button class="press strong" type="button" @click="$emit('press', data.act)">{{ data.button }}</button>
  </section>`,
};
