/** What the writer's own texts say comes next, mixed with what the model says. */
export { type Mixed, Mixture } from './mixture';
export { ReadingMemory } from './readingMemory';
