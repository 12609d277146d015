import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { onnx } from 'onnx-proto';
import { EMBEDDING_GRAPH, READING_GRAPH, STEP_GRAPH } from '../gpt2/compiledModel';
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

/** A compiled model's graphs in the runtime. */
export interface LoadedGraphs {
  /** One step, see `buildGraph`. */
  readonly step: Ort.InferenceSession;
  readonly reading: ReadingGraphs | undefined;
}

/** The graphs for reading, see `buildReadingGraph`. */
export interface ReadingGraphs {
  readonly embed: Ort.InferenceSession;
  readonly read: Ort.InferenceSession;
}

/** Peak memory while a reading graph is loaded, as a multiple of its matrices' size. */
const LOADING_COPIES = 5;

/**
 * Loads a compiled model, without the graphs for explanations.
 * @throws EngineError when onnxruntime or a graph cannot be loaded
 */
export async function loadGraphs(folder: string, options: LoadOptions): Promise<LoadedGraphs> {
  const file = join(folder, STEP_GRAPH);
  const step = await checkedGraph(file);
  // Loaded first, so that its temporary memory is free again before the larger graph is loaded.
  const reading = await loadReadingGraphs(folder, step, options);
  return { step: await openChecked(file, options), reading };
}

/** The reading graphs, unless the model has none or a second form of the weights would take too much memory. */
async function loadReadingGraphs(
  folder: string,
  step: onnx.ModelProto,
  options: LoadOptions,
): Promise<ReadingGraphs | undefined> {
  const file = join(folder, READING_GRAPH);
  if (!existsSync(file)) return undefined;
  const graphs = { step, read: await checkedGraph(file) };
  const needed = LOADING_COPIES * columnsSize(graphs.read);
  const spare = (options.spareMemory ?? spareMemory)();
  if (spare < needed) {
    const [has, wants] = [spare, needed].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
    options.onNote?.(
      `Texts are read more slowly: the graph that reads fast needs ${wants} for a moment, and ${has} are free.`,
    );
    return undefined;
  }
  const columns = await loadColumns(folder, graphs).catch(describing(file));
  try {
    const read = await openChecked(file, options, { externalData: [{ path: COLUMNS, data: columns }] });
    return { read, embed: await loadGraph(join(folder, EMBEDDING_GRAPH), options) };
  } finally {
    releaseColumns(columns);
  }
}

/** @throws EngineError when onnxruntime or the graph cannot be loaded */
export async function loadGraph(file: string, options: LoadOptions): Promise<Ort.InferenceSession> {
  await checkedGraph(file);
  return openChecked(file, options);
}

function checkedGraph(file: string): Promise<onnx.ModelProto> {
  return readOwnGraph(file).catch(describing(file));
}

async function openChecked(
  file: string,
  { threads = 0 }: LoadOptions,
  more: Ort.InferenceSession.SessionOptions = {},
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = loadRuntime();
  return InferenceSession.create(file, {
    // Higher levels fuse Add and LayerNormalization, which is several times slower.
    graphOptimizationLevel: 'basic',
    intraOpNumThreads: threads,
    // Spinning threads would take cores from other programs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
    ...more,
  }).catch(describing(file));
}

function describing(file: string): (error: unknown) => never {
  return (error) => {
    const [reason] = (error as Error).message.split('\n');
    throw new EngineError(l10n.t('The model {0} cannot be loaded: {1}', file, reason));
  };
}
