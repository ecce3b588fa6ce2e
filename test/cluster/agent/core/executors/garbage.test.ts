import {
  collect,
  endOfExecutor,
  endOfFramework,
  foldersFound,
  foldersRemoved,
  keepFolders,
  pendingRemovals,
  sandboxBegun,
  sandboxEnded,
  scheduleEnded,
} from '../../../../../cluster/agent/core/executors/garbage';
import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { type AgentState, initAgent } from '../../../../../cluster/agent/core/state/state';
import { AGENT_BOOT } from '../../interpreter';

const WEEK = 7 * 24 * 3_600_000;
const RUN = '/work-dir/slaves/S0/frameworks/web/executors/t1/runs/r1';
const EXECUTOR = '/work-dir/slaves/S0/frameworks/web/executors/t1';
const FRAMEWORK = '/work-dir/slaves/S0/frameworks/web';

let state: AgentState;
let effects: AgentEffect[];
beforeEach(() => {
  state = initAgent({ ...AGENT_BOOT, agentId: 'S0' });
  effects = [];
});
const turnAt = (now: number) => ({ state, now, effects });

it('schedules the folders of a run and its executor, and of their framework, from the end of their use on', () => {
  endOfExecutor(state, RUN);
  endOfFramework(state, 'web');
  scheduleEnded(turnAt(5));
  expect([...state.garbage.scheduled.keys()]).toEqual([RUN, EXECUTOR, FRAMEWORK]);
  expect(effects).toEqual([
    { kind: 'touch', folders: [RUN, EXECUTOR, FRAMEWORK] },
    { kind: 'wake', timer: 'collect', at: 5 + WEEK },
  ]);
});

it('keeps the folders on the way to a run that begins', () => {
  endOfExecutor(state, RUN);
  endOfFramework(state, 'web');
  scheduleEnded(turnAt(0));
  keepFolders(state, `${EXECUTOR}/runs/r2`);
  expect([...state.garbage.scheduled.keys()]).toEqual([RUN]);
});

it('removes what is due in one go, and comes back for the next at most once a second', () => {
  const folders = ['/a', '/b', '/c'].map((path, index) => ({ path, modifiedAt: index * 10 - WEEK }));
  foldersFound(turnAt(0), { kind: 'folders.found', at: 0, folders });
  collect(turnAt(10));
  expect(effects.slice(-2)).toEqual([
    { kind: 'remove', folders: ['/a', '/b'] },
    { kind: 'wake', timer: 'collect', at: 1010 },
  ]);
  expect(pendingRemovals(state.garbage)).toBe(3);
  foldersRemoved(turnAt(11), { kind: 'folders.removed', at: 11, succeeded: 1, failed: 0, missing: 1 });
  expect(pendingRemovals(state.garbage)).toBe(1);
  expect(state.counters.get('gc/path_removals_succeeded')).toBe(1);
});

it('removes sandboxes of nested containers only when it is asked to', () => {
  const event = { kind: 'sandbox.ended', at: 0, directory: '/nested' } as const;
  sandboxEnded(turnAt(0), event);
  expect(state.garbage.ended).toEqual([]);
  const garbage = { delayMs: 1, headroom: 0, diskWatchMs: 1, ofContainers: true };
  const willing = initAgent({ ...AGENT_BOOT, settings: { ...AGENT_BOOT.settings, garbage } });
  sandboxEnded({ ...turnAt(0), state: willing }, event);
  expect(willing.garbage.ended).toEqual(['/nested']);
});

it('keeps sandboxes of standalone containers unless it is asked to remove them, or another one has the same', () => {
  const folders = [{ path: '/containers/c', modifiedAt: 0, isOfContainer: true }];
  foldersFound(turnAt(0), { kind: 'folders.found', at: 0, folders });
  expect([...state.garbage.scheduled.keys()]).toEqual([]);
  const garbage = { delayMs: 1, headroom: 0, diskWatchMs: 1, ofContainers: true };
  const willing = initAgent({ ...AGENT_BOOT, settings: { ...AGENT_BOOT.settings, garbage } });
  const turn = { ...turnAt(0), state: willing };
  foldersFound(turn, { kind: 'folders.found', at: 0, folders });
  expect([...willing.garbage.scheduled.keys()]).toEqual(['/containers/c']);
  sandboxBegun(turn, { kind: 'sandbox.begun', at: 0, directory: '/containers/c' });
  expect(pendingRemovals(willing.garbage)).toBe(0);
});

it('collects nothing for an agent that makes no folders', () => {
  state = initAgent({ ...AGENT_BOOT, settings: { ...AGENT_BOOT.settings, garbage: undefined } });
  endOfExecutor(state, RUN);
  scheduleEnded(turnAt(0));
  foldersFound(turnAt(0), { kind: 'folders.found', at: 0, folders: [{ path: '/a', modifiedAt: 0 }] });
  expect(effects).toEqual([]);
  expect(state.garbage.ended).toEqual([]);
});
