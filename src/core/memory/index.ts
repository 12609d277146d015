/** What the writer's own texts say comes next, mixed with what the model says. */
export { type Mixed, Mixture, type Shares } from './mixture';
export { ReadingMemory } from './readingMemory';
