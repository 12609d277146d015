import { onnx } from 'onnx-proto';

/** Receives a model's weights one at a time, so that no more than one tensor is in memory. */
export interface DataSink {
  write(bytes: Uint8Array): Promise<void>;
}

export const { FLOAT, INT64, INT32, UINT8 } = onnx.TensorProto.DataType;
export type ElementType = typeof FLOAT | typeof INT64 | typeof INT32 | typeof UINT8;

/** A stored tensor, which several initializers may use in different shapes. */
export interface StoredBytes {
  readonly offset: number;
  readonly length: number;
  /** The file that contains it, if not the graph's own. */
  readonly location?: string;
}

/** Page size, to which tensors are aligned for memory mapping. */
const PAGE = 4096;

/** Weights in one external data file that several graphs can share. https://onnx.ai/onnx/repo-docs/ExternalData.html */
export class ExternalData {
  #end = 0;
  readonly #sink: DataSink;

  constructor(
    readonly location: string,
    sink: DataSink,
  ) {
    this.#sink = sink;
  }

  /** Appends a tensor given in parts. */
  async store(parts: Iterable<ArrayBufferView> | AsyncIterable<ArrayBufferView>): Promise<StoredBytes> {
    const padding = (PAGE - (this.#end % PAGE)) % PAGE;
    if (padding) await this.#append(new Uint8Array(padding));
    const offset = this.#end;
    for await (const part of parts) {
      await this.#append(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    return { offset, length: this.#end - offset };
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes);
    this.#end += bytes.byteLength;
  }
}

type Attribute = number | string | readonly number[] | { readonly float: number };

/** Builds an ONNX graph. Every operator returns the name of its result. */
export class GraphBuilder {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #initializers: onnx.ITensorProto[] = [];
  readonly #inputs: onnx.IValueInfoProto[] = [];
  readonly #outputs: onnx.IValueInfoProto[] = [];
  #unnamed = 0;

  readonly #name: string;
  readonly #data: ExternalData;

  constructor(name: string, data: ExternalData) {
    this.#name = name;
    this.#data = data;
  }

  input(name: string, type: ElementType, shape: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Declares `value` as an output named `name`. */
  output(name: string, value: string, shape: readonly (number | string)[]): void {
    const producer = this.#nodes.find((node) => node.output?.includes(value));
    if (!producer) throw new Error(`No node makes ${value}.`);
    const rename = (names: string[] | null | undefined) => names?.map((each) => (each === value ? name : each));
    for (const node of this.#nodes) {
      node.input = rename(node.input);
      node.output = rename(node.output);
    }
    this.#outputs.push(valueInfo(name, FLOAT, shape));
  }

  /** An integer constant stored in the graph itself. */
  integers(name: string, values: readonly number[]): string {
    this.#initializers.push({ name, dataType: INT64, dims: [values.length], int64Data: [...values] });
    return name;
  }

  /** A scalar constant stored in the graph itself; equal names share one. */
  float(name: string, value: number): string {
    if (!this.#initializers.some((known) => known.name === name)) {
      this.#initializers.push({ name, dataType: FLOAT, dims: [], floatData: [value] });
    }
    return name;
  }

  /** A byte constant stored in the graph itself. */
  byte(name: string, value: number): string {
    this.#initializers.push({ name, dataType: UINT8, dims: [], int32Data: [value] });
    return name;
  }

  /** A weight stored in the external data. */
  weight(name: string, type: ElementType, shape: readonly number[], bytes: StoredBytes): string {
    this.#initializers.push({
      name,
      dataType: type,
      dims: [...shape],
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: bytes.location ?? this.#data.location },
        { key: 'offset', value: String(bytes.offset) },
        { key: 'length', value: String(bytes.length) },
      ],
    });
    return name;
  }

  /** Adds an operator with one result. `com.microsoft` is the domain of ONNX Runtime's own operators. */
  op(opType: string, input: readonly string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    return this.ops(opType, input, 1, attributes, domain)[0];
  }

  ops(
    opType: string,
    input: readonly string[],
    results: number,
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string[] {
    const output = Array.from({ length: results }, () => `v${this.#unnamed++}`);
    this.#nodes.push({
      opType,
      name: `${opType}_${output[0]}`,
      domain,
      input: [...input],
      output,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /** Encodes the finished model file. */
  encode(producer: string): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: 8,
      producerName: producer,
      opsetImport: [
        { domain: '', version: 17 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return onnx.ModelProto.encode(model).finish();
  }
}

function valueInfo(name: string, elemType: ElementType, shape: readonly (number | string)[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function attribute(name: string, value: Attribute): onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
