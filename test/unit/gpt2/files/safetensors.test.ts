import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UnsupportedModelError } from '../../../../src/gpt2/errors';
import { bufferSource } from '../../../../src/gpt2/files/byteSource';
import { readSafetensors, writeSafetensors } from '../../../../src/gpt2/files/safetensors';
import { valuesOf } from '../../../../src/gpt2/files/tensor';
import { random } from '../../../support/randomModel';

const sourceOf = (bytes: Uint8Array) => bufferSource('model.safetensors', bytes);

/** A file of any header and data, right or wrong. */
function fileOf(header: string | object, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

async function readOne(dtype: string, data: Uint8Array, size: number): Promise<Float32Array> {
  const file = fileOf({ x: { dtype, shape: [size], data_offsets: [0, data.length] } }, data);
  const entry = (await readSafetensors(sourceOf(file))).get('x');
  assert.ok(entry);
  return valuesOf(entry);
}

const fails = (file: Uint8Array, message: RegExp) =>
  assert.rejects(readSafetensors(sourceOf(file)), (error: Error) => {
    assert.ok(error instanceof UnsupportedModelError, String(error));
    assert.match(error.message, message);
    return true;
  });

describe('safetensors', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

  it('reads every F16 there is, exactly', async () => {
    const floats = await readOne('F16', bytesOf(halves), 65536);
    halves.forEach((half, i) => {
      // IEEE 754-2019, 3.4: (-1)^s * 2^(e - bias) * (1 + f), or with e = 0 subnormal.
      const [sign, exponent, fraction] = [half >>> 15, (half >>> 10) % 32, half % 1024];
      const scaled = exponent === 0 ? fraction : 1024 + fraction;
      const finite = (-1) ** sign * scaled * 2 ** (Math.max(exponent, 1) - 25);
      const special = fraction > 0 ? Number.NaN : (-1) ** sign * Number.POSITIVE_INFINITY;
      assert.ok(Object.is(floats[i], exponent === 31 ? special : finite), `half ${half.toString(16)}`);
    });
  });

  it('reads every BF16 there is, exactly', async () => {
    const floats = await readOne('BF16', bytesOf(halves), 65536);
    const view = new DataView(new ArrayBuffer(4));
    halves.forEach((half, i) => {
      view.setUint32(0, half * 65536);
      assert.ok(Object.is(floats[i], view.getFloat32(0)), `half ${half.toString(16)}`);
    });
  });

  it('reads F32 bit by bit, wherever the data begins', async () => {
    const values = Float32Array.from([0, -0, 1e-45, 3.4e38, Math.PI, Number.NEGATIVE_INFINITY]);
    for (const pad of ['', ' ', '  ', '   ']) {
      const header = JSON.stringify({ x: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } }) + pad;
      const entry = (await readSafetensors(sourceOf(fileOf(header, bytesOf(values))))).get('x');
      assert.ok(entry);
      assert.deepEqual(await valuesOf(entry), values);
    }
  });

  it('reads F64 rounded to the nearest float32', async () => {
    const values = Float64Array.from([0, -0, 1 / 3, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300, 1e-46]);
    const expected = Float32Array.from([0, -0, 1 / 3, 1, 1 + 2 ** -22, Number.POSITIVE_INFINITY, 0]);
    assert.deepEqual(await readOne('F64', bytesOf(values), values.length), expected);
  });

  it('reads F8 as torch does, in both its forms', async () => {
    const e4m3 = Uint8Array.from([0x00, 0x80, 0x01, 0x07, 0x08, 0x38, 0xbc, 0x7e, 0xff]);
    const ofE4m3 = [0, -0, 2 ** -9, 7 * 2 ** -9, 2 ** -6, 1, -1.5, 448, Number.NaN];
    assert.deepEqual(await readOne('F8_E4M3', e4m3, e4m3.length), Float32Array.from(ofE4m3));
    const e5m2 = Uint8Array.from([0x00, 0x80, 0x01, 0x04, 0x3c, 0xbe, 0x7b, 0xfc, 0x7f]);
    const ofE5m2 = [0, -0, 2 ** -16, 2 ** -14, 1, -1.5, 57_344, Number.NEGATIVE_INFINITY, Number.NaN];
    assert.deepEqual(await readOne('F8_E5M2', e5m2, e5m2.length), Float32Array.from(ofE5m2));
  });

  it('reads a header of any length, whatever other format that length may look like', async () => {
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    const least = JSON.stringify({ x: entry }).length;
    for (let length = least; length < 70_000; length += length < 2048 ? 1 : 241) {
      const header = JSON.stringify({ x: entry }).padEnd(length);
      assert.equal((await readSafetensors(sourceOf(fileOf(header, new Uint8Array(4))))).size, 1);
    }
  });

  it('refuses tensors that share bytes, empty ones left aside', async () => {
    const at = (from: number, to: number) => ({ dtype: 'U8', shape: [to - from], data_offsets: [from, to] });
    const data = new Uint8Array(12);
    await fails(fileOf({ a: at(0, 8), b: at(7, 12) }, data), /tensors a and b overlap/);
    await fails(fileOf({ a: at(4, 8), b: at(0, 12) }, data), /tensors b and a overlap/);
    const apart = await readSafetensors(sourceOf(fileOf({ a: at(8, 12), b: at(0, 8), c: at(4, 4) }, data)));
    assert.equal(apart.size, 3);
  });

  it('reads headers with names and metadata of 20 MB, and shortens such names in messages', async () => {
    const long = 'a"\\'.padEnd(2e7, 'b');
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    const data = new Uint8Array(4);
    const entries = await readSafetensors(sourceOf(fileOf({ __metadata__: { note: long }, x: entry }, data)));
    assert.deepEqual([...entries.keys()], ['x']);
    await assert.rejects(
      readSafetensors(sourceOf(fileOf({ [long]: { ...entry, shape: [2] } }, data))),
      (error: Error) => error instanceof UnsupportedModelError && error.message.length < 400,
    );
  });

  it('reads what it wrote, names and shapes of any kind', async () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((each) => each !== '__metadata__');
    const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
    const tensors = fc.uniqueArray(fc.record({ name, shape }), { selector: (each) => each.name, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(tensors, fc.integer(), async (given, seed) => {
        const next = random(seed);
        const written = given.map((each) => ({
          ...each,
          data: Float32Array.from({ length: each.shape.reduce((a, b) => a * b, 1) }, next),
        }));
        const entries = await readSafetensors(sourceOf(writeSafetensors(written)));
        assert.equal(entries.size, written.length);
        for (const { name, shape, data } of written) {
          const entry = entries.get(name);
          assert.ok(entry);
          assert.deepEqual(entry.shape, shape);
          assert.deepEqual(await valuesOf(entry), data);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('says of a file cut at any place that it is cut short, and where', async () => {
    const data = new Float32Array(8);
    const file = writeSafetensors([
      { name: 'first', shape: [4], data: data.subarray(0, 4) },
      { name: 'second', shape: [8], data },
    ]);
    const headerEnd = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    for (let length = 0; length < file.length; length++) {
      const message =
        length < 8
          ? /model\.safetensors is too short/
          : length < headerEnd
            ? /model\.safetensors is cut short: it ends inside its header/
            : length < headerEnd + 16
              ? /model\.safetensors is cut short: tensor first/
              : /model\.safetensors is cut short: tensor second/;
      await fails(file.subarray(0, length), message);
    }
  });

  it('names what is wrong with a header', async () => {
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    const data = new Uint8Array(8);
    const json = JSON.stringify(entry);
    await fails(fileOf('not JSON', data), /model\.safetensors is not a safetensors file: its header is not JSON/);
    await fails(fileOf('[1]', data), /not a JSON object/);
    await fails(fileOf('null', data), /not a JSON object/);
    await fails(Buffer.from('<!DOCTYPE html><html></html>'), /is not a safetensors file/);
    await fails(fileOf(`{"a":${json},"b":${json},"a":${json}}`, data), /tensor a is there twice/);
    await fails(fileOf(`{"a\\u0062":${json},"ab" : ${json}}`, data), /tensor ab is there twice/);
    await fails(fileOf({ a: { ...entry, dtype: 'F6_E2M3' } }, data), /Tensor a has type F6_E2M3/);
    await fails(fileOf({ a: { ...entry, dtype: 'toString' } }, data), /a/);
    for (const wrong of [{ shape: '1' }, { shape: [-1] }, { shape: [0.5] }, { data_offsets: [0] }, { dtype: 4 }]) {
      await fails(fileOf({ a: { ...entry, ...wrong } }, data), /entry of tensor a is malformed/);
    }
    await fails(fileOf({ a: null }, data), /entry of tensor a is malformed/);
    await fails(fileOf({ a: { ...entry, shape: [2] } }, data), /tensor a has 4 bytes, not those of its shape/);
    await fails(fileOf({ a: { ...entry, data_offsets: [4, 0] } }, data), /tensor a has -4 bytes/);
    await fails(fileOf({ a: { ...entry, data_offsets: [8, 12] } }, data), /tensor a ends beyond/);
  });

  it('takes quotes and braces in metadata for what they are', async () => {
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    const metadata = { a: '"a":{', note: 'say \\"a\\": {', b: '\\' };
    const entries = await readSafetensors(sourceOf(fileOf({ __metadata__: metadata, a: entry }, new Uint8Array(4))));
    assert.deepEqual([...entries.keys()], ['a']);
  });
});
