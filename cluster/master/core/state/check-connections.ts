/**
 * A check of the connections of frameworks: streams, pids and frameworks agree.
 */

import type { MasterState } from './state';

/** The violations, a text each. */
export function connectionErrors(state: MasterState): string[] {
  const wrong: string[] = [];
  const all = [...state.frameworks.values()];
  const expect = (isRight: boolean, text: string): void => void (isRight || wrong.push(text));
  for (const { id, stream, pid, active } of all) {
    expect(stream === undefined || state.frameworkByStream.get(stream) === id, `${id}: stream ${stream}`);
    expect(pid === undefined || state.frameworkByPid.get(pid) === id, `${id}: pid ${pid}`);
    expect(stream === undefined || pid === undefined || stream === pid, `${id}: ${stream} is not ${pid}`);
    expect(stream !== undefined || !active, `${id} is active and not connected`);
    const isDriver = stream?.includes('@') ?? false;
    expect(!isDriver || pid === stream, `${id}: a driver's stream ${stream} without its pid`);
  }
  const streams = all.filter(({ stream }) => stream !== undefined).length;
  const pids = all.filter(({ pid }) => pid !== undefined).length;
  expect(state.frameworkByStream.size === streams, 'streams of nobody');
  expect(state.frameworkByPid.size === pids, 'pids of nobody');
  return wrong;
}
