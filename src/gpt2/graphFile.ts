import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { onnx } from 'onnx-proto';
import { DATA_FILE, READING_GRAPH } from './compiledModel';
import { UnsupportedModelError } from './errors';
import { COLUMNS } from './readingGraph';

/**
 * Reads a compiled graph and checks that all its weights are in the file beside it: ONNX graphs can name any path,
 * which the runtime would follow.
 * @throws UnsupportedModelError when Inkling did not write the graph
 */
export async function readOwnGraph(file: string): Promise<onnx.ModelProto> {
  const foreign = (what: string) => new UnsupportedModelError(`${what}, so it was not compiled by Inkling`);
  let model: onnx.ModelProto;
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    model = onnx.ModelProto.decode(bytes);
  } catch (cause) {
    const isThere = !(cause instanceof Error && 'code' in cause);
    throw isThere ? new UnsupportedModelError('it is damaged', { cause }) : cause;
  }
  // Protobuf parsers differ (for a duplicate field one takes the last value, another merges both), so onnxruntime could
  // see something that was not checked here. A file that equals this library's own encoding is unambiguous.
  if (!bytes.equals(onnx.ModelProto.encode(model).finish())) {
    throw foreign('the graph is not written as Inkling writes');
  }
  const { graph, functions } = model;
  const hidesTensors = (node: onnx.INodeProto) =>
    node.attribute?.some(({ t, g, sparseTensor, tensors, graphs, sparseTensors }) =>
      [t, g, sparseTensor, tensors?.length, graphs?.length, sparseTensors?.length].some(Boolean),
    );
  if (functions?.length || graph?.sparseInitializer?.length || graph?.node?.some(hidesTensors)) {
    throw foreign('the graph has parts that no GPT-2 needs');
  }
  for (const { externalData } of graph?.initializer ?? []) {
    const locations = (externalData ?? []).filter(({ key }) => key === 'location').map(({ value }) => value);
    const isOwn = (location: unknown) =>
      location === DATA_FILE || (location === COLUMNS && basename(file) === READING_GRAPH);
    if (externalData?.length && !(locations.length === 1 && isOwn(locations[0]))) {
      throw foreign(`the graph reads weights from ${locations.map((location) => JSON.stringify(location)).join(', ')}`);
    }
  }
  const data = join(dirname(file), DATA_FILE);
  if (!(await lstat(data)).isFile()) {
    throw foreign(`${DATA_FILE} is no file of its own but a link or a folder`);
  }
  return model;
}
