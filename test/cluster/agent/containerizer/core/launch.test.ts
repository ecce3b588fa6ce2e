import type { LaunchStep } from '../../../../../cluster/agent/containerizer/core/events';
import { MachineScript } from './machine';

const STEPS: readonly LaunchStep[] = ['provision', 'prepare', 'create', 'isolate', 'fetch', 'start'];

test('a launch takes its steps one after the other, and watches before it is told', () => {
  const script = new MachineScript();
  expect(script.post({ kind: 'begin' })).toEqual(['provision']);
  expect(script.done('provision')).toEqual(['prepare']);
  expect(script.state.phase).toBe('preparing');
  expect(script.done('prepare')).toEqual(['create', 'wake']);
  expect(script.done('create')).toEqual(['wake', 'isolate']);
  expect(script.state.phase).toBe('isolating');
  expect(script.done('isolate')).toEqual(['fetch']);
  expect(script.state.phase).toBe('fetching');
  expect(script.done('fetch')).toEqual(['start', 'wake']);
  expect(script.done('start')).toEqual(['wake', 'watch', 'launched']);
  expect(script.state.phase).toBe('running');
});

test.each(STEPS)('a failure of %s cleans everything up and is the reason of the end', (step) => {
  const script = new MachineScript();
  script.launchUpTo(step);
  expect(script.failed(step, 'no space')).toEqual(['kill']);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.termination).toEqual({
    status: undefined,
    state: 'TASK_FAILED',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'no space',
  });
});

test.each(STEPS.slice(0, -1))('a destroy during %s waits for its answer, and nothing follows it', (step) => {
  const script = new MachineScript();
  script.launchUpTo(step);
  const wakes = step === 'create' ? ['wake'] : [];
  expect(script.post({ kind: 'destroy' })).toEqual(step === 'fetch' ? ['interrupt'] : wakes);
  expect(script.done(step)).toEqual([...wakes, 'kill']);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.termination?.message).toMatch(/^Container destroyed while /);
});

test('a destroy before a step fails is what is told, and not the failure', () => {
  const script = new MachineScript();
  script.launchUpTo('fetch');
  script.post({ kind: 'destroy' });
  script.failed('fetch', 'interrupted');
  script.finish();
  expect(script.termination?.message).toBe('Container destroyed while fetching');
});

test('a program that ends before its start is told was launched', () => {
  const script = new MachineScript();
  script.launchUpTo('start');
  expect(script.post({ kind: 'exited', status: { code: 3 } })).toEqual([]);
  expect(script.done('start')).toEqual(['wake', 'watch', 'launched', 'inspect']);
  script.finish();
  expect(script.termination).toEqual({ status: { code: 3 }, message: '' });
});

test.each(['create', 'start'] as const)('a %s that takes too long is interrupted until it fails', (step) => {
  const script = new MachineScript();
  script.launchUpTo(step);
  for (let round = 0; round < 2; round++)
    expect(script.post({ kind: 'woke', timer: 'start' })).toEqual(['interrupt', 'wake']);
  expect(script.failed(step, 'the holder has ended')).toEqual(['kill']);
  script.finish();
  expect(script.termination).toMatchObject({
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'The program was not started within 1mins',
  });
});

test('a start that is done is not interrupted', () => {
  const script = new MachineScript();
  script.launchUpTo('start');
  script.done('start');
  expect(script.post({ kind: 'woke', timer: 'start' })).toEqual([]);
});

test('a start that is interrupted for a destroy tells the destroy', () => {
  const script = new MachineScript();
  script.launchUpTo('create');
  expect(script.post({ kind: 'destroy' })).toEqual(['wake']);
  expect(script.post({ kind: 'woke', timer: 'start' })).toEqual(['interrupt', 'wake']);
  script.failed('create', 'the holder has ended');
  script.finish();
  expect(script.termination?.message).toBe('Container destroyed while isolating');
});

test('a container that is destroyed before its turn is cleaned up, and never begins', () => {
  const script = new MachineScript();
  expect(script.post({ kind: 'destroy' })).toEqual(['kill']);
  expect(script.post({ kind: 'begin' })).toEqual([]);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.post({ kind: 'begin' })).toEqual([]);
});

test('an adopted container is watched, and runs', () => {
  const script = new MachineScript({ mode: 'adopt' });
  expect(script.post({ kind: 'begin' })).toEqual(['watch']);
  expect(script.state.phase).toBe('running');
});

const termination = { status: undefined, message: 'cut off' };

test('what is left of a container is cleaned up, and its end is the one that was given', () => {
  const script = new MachineScript({ mode: 'clean', termination });
  expect(script.post({ kind: 'begin' })).toEqual(['kill']);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.termination).toBe(termination);
});

test('a container that was cleaned up before tells its end again', () => {
  const script = new MachineScript({ mode: 'ended', termination });
  expect(script.post({ kind: 'begin' })).toEqual(['ended']);
});
