import { TARGETS } from '../../fuzz/targets';

describe('what comes from outside', () => {
  for (const [name, read] of Object.entries(TARGETS)) {
    it(`is read or refused by name, whatever it is: ${name}`, () => read(300, 20261126));
  }
});
