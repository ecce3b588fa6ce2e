/**
 * Tools that do not end.
 */

import { runTool } from '../../../../../cluster/agent/containerizer/images/run-tool';

const sleep = { file: 'sleep', args: ['600'], fileMax: 1000 };

test('a tool that takes too long is killed, and the reason names the bound', async () => {
  const { signal } = new AbortController();
  await expect(runTool({ ...sleep, signal, timeoutMs: 200 })).rejects.toThrow(
    'sleep: it has not ended within 0.2 s, and was killed',
  );
});

test('a tool that is ended by a signal rejects with its reason', async () => {
  const signal = AbortSignal.abort(new Error('not wanted'));
  await expect(runTool({ ...sleep, signal })).rejects.toThrow('not wanted');
});
