import assert from 'node:assert/strict';
import { decide, type Wanted } from '../../../../src/editor/endpoint/decision';

const SERVER = 'https://gpu.example.org:8000';
const wanted: Wanted = { endpoint: `${SERVER}/v1`, allowPlainHttp: false, isTrusted: true, agreed: [`${SERVER}/`] };

describe('whether a model server is asked', () => {
  it('is not, unless one is named', () => {
    for (const endpoint of ['', ' ']) assert.deepEqual(decide({ ...wanted, endpoint }), { kind: 'local' });
  });

  it('is a question to the writer, once for each server', () => {
    assert.equal(decide({ ...wanted, agreed: [] }).kind, 'ask');
    assert.equal(decide(wanted).kind, 'server');
    for (const endpoint of [
      'https://gpu.example.org',
      'https://gpu.example.org:8000/other',
      'https://gpu.example.com:8000',
    ]) {
      assert.equal(decide({ ...wanted, endpoint }).kind, 'ask', endpoint);
    }
    assert.equal(decide({ ...wanted, endpoint: 'http://gpu.example.org:8000', allowPlainHttp: true }).kind, 'ask');
  });

  it('is not in Restricted Mode, whatever was agreed: the model on this machine answers', () => {
    assert.deepEqual(decide({ ...wanted, isTrusted: false }), { kind: 'local' });
    assert.deepEqual(decide({ ...wanted, isTrusted: false, agreed: [] }), { kind: 'local' });
  });

  it('is refused in a sentence where it would be by plain http, or is no address', () => {
    for (const endpoint of ['http://gpu.example.org:8000', 'gpu-box']) {
      const decision = decide({ ...wanted, endpoint, agreed: [`${endpoint}/`] });
      assert.ok(decision.kind === 'unusable' && /\.$/.test(decision.message), endpoint);
    }
  });
});
