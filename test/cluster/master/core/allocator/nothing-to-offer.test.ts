import { DEFAULT_MINIMA } from '../../../../../cluster/master/core/allocator/minimum';
import { hasNothingToOffer } from '../../../../../cluster/master/core/allocator/nothing-to-offer';
import { readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

const limits = (ownMinima = 0) => ({ options: { minima: DEFAULT_MINIMA }, ownMinima });
const resourcesOf = (words: string) => readResources(readWords(words));

test.each([
  ['', '', 0, true],
  ['cpus:0.001', '', 0, true],
  ['cpus:1', '', 0, false],
  ['', 'disk(db)[v1!]:10', 0, false],
  ['cpus:0.001', 'disk(db)[v1!]:10', 0, false],
  ['cpus:0.001', '', 1, false],
  ['', '', 1, true],
])(
  'with %p free, %p shared and %i frameworks with minima of their own an agent is skipped: %p',
  (free, shared, own, expected) => {
    expect(hasNothingToOffer(limits(own), { free: resourcesOf(free), shared: resourcesOf(shared) })).toBe(
      expected,
    );
  },
);
