import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { EMBEDDING_GRAPH, READING_GRAPH } from '../gpt2/compiledModel';
import { readOwnGraph } from '../gpt2/graphFile';
import { columnsSize, loadColumns, releaseColumns } from '../gpt2/loadColumns';
import { COLUMNS } from '../gpt2/readingGraph';
import { EngineError, loadRuntime, type Ort } from './runtime';
import { spareMemory } from './spareMemory';

export interface LoadOptions {
  /** Threads per run; 0 lets onnxruntime choose. */
  readonly threads?: number;
  /** Bytes that may be used; by default what the machine can spare. */
  readonly spareMemory?: () => number;
  /** Called with notes for the log, when something is left out for lack of memory. */
  readonly onNote?: (note: string) => void;
}

/** The graphs for reading, see `buildReadingGraph`. */
export interface ReadingGraphs {
  readonly embed: Ort.InferenceSession;
  readonly read: Ort.InferenceSession;
}

/** Peak memory while a reading graph is loaded, as a multiple of its matrices' size. */
const LOADING_COPIES = 5;

/** The reading graphs, unless the model has none or a second form of the weights would take too much memory. */
export async function loadReadingGraphs(folder: string, options: LoadOptions): Promise<ReadingGraphs | undefined> {
  const file = join(folder, READING_GRAPH);
  if (!existsSync(file)) return undefined;
  const needed = LOADING_COPIES * (await columnsSize(folder).catch(describing(file)));
  const spare = (options.spareMemory ?? spareMemory)();
  if (spare < needed) {
    const [has, wants] = [spare, needed].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
    options.onNote?.(
      `Texts are read more slowly: the graph that reads fast needs ${wants} for a moment, and ${has} are free.`,
    );
    return undefined;
  }
  const columns = await loadColumns(folder).catch(describing(file));
  try {
    const read = await loadGraph(file, options, { externalData: [{ path: COLUMNS, data: columns }] });
    return { read, embed: await loadGraph(join(folder, EMBEDDING_GRAPH), options) };
  } finally {
    releaseColumns(columns);
  }
}

/** @throws EngineError when onnxruntime or the graph cannot be loaded */
export async function loadGraph(
  file: string,
  { threads = 0 }: LoadOptions,
  more: Ort.InferenceSession.SessionOptions = {},
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = loadRuntime();
  try {
    await readOwnGraph(file);
    return await InferenceSession.create(file, {
      // Higher levels fuse Add and LayerNormalization, which is several times slower.
      graphOptimizationLevel: 'basic',
      intraOpNumThreads: threads,
      // Spinning threads would take cores from other programs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      logSeverityLevel: 3,
      ...more,
    });
  } catch (error) {
    return describing(file)(error);
  }
}

function describing(file: string): (error: unknown) => never {
  return (error) => {
    const [reason] = (error as Error).message.split('\n');
    throw new EngineError(l10n.t('The model {0} cannot be loaded: {1}', file, reason));
  };
}
