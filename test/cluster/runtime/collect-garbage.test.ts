import { collectGarbage } from '../../../cluster/runtime/collect-garbage';

test('an object that nothing refers to is gone after a collection', async () => {
  const reference = new WeakRef({ text: 'garbage' });
  // A WeakRef keeps its object until the turn ends in which it was made.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(reference.deref()).toBeUndefined();
});
