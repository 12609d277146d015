/** What the writer's own texts say comes next, mixed with what the model says. */
export type { Mixed } from './mixture';
export { ReadingMemory } from './readingMemory';
export type { TextTokenizer } from './wordParts';
export type { MemoryFile } from './workspaceMemory';
export {
  type MemoryStatus,
  NOTHING_REMEMBERED,
  type OpenOptions,
  type TokenOrigin,
  WriterMemory,
} from './writerMemory';
