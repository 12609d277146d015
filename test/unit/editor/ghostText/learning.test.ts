import assert from 'node:assert/strict';
import { LEARNING_BOUND } from '../../../../src/core/ghostText/calibration';
import { Learning } from '../../../../src/editor/ghostText/learning';

class Memory {
  readonly #values = new Map<string, unknown>();
  get<T>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }
}

describe('learning from the writer', () => {
  it('opens the gate with accepts and closes it with ignores, within bounds', async () => {
    const learning = new Learning(new Memory() as ConstructorParameters<typeof Learning>[0]);
    await learning.note('accepted');
    assert.ok(learning.offset < 0);
    for (let i = 0; i < 1000; i++) await learning.note('ignored');
    assert.equal(learning.offset, LEARNING_BOUND);
  });

  it('remembers, until it is told to forget', async () => {
    const memory = new Memory() as ConstructorParameters<typeof Learning>[0];
    await new Learning(memory).note('accepted');
    const again = new Learning(memory);
    assert.ok(again.offset < 0);
    await again.forget();
    assert.equal(again.offset, 0);
    assert.equal(new Learning(memory).offset, 0);
  });
});
