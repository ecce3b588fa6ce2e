import fc from 'fast-check';
import type { ContainerInput } from '../../../../../cluster/agent/containerizer/core/events';
import { LIMIT, MachineScript } from './machine';

const inputsOf = fc.constantFrom<('done' | 'failed' | ContainerInput)[]>(
  'done',
  'done',
  'done',
  'failed',
  { kind: 'exited', status: { code: 1 } },
  { kind: 'limited', limitation: LIMIT },
  { kind: 'destroy' },
  { kind: 'woke', timer: 'kill' },
  { kind: 'woke', timer: 'start' },
);

test('in any order of events one step is under way at a time, and the end comes once', () => {
  fc.assert(
    fc.property(fc.array(inputsOf, { maxLength: 40 }), (inputs) => {
      const script = new MachineScript();
      const effects = script.post({ kind: 'begin' });
      for (const input of inputs) {
        const { awaited } = script.state;
        if (typeof input !== 'string') effects.push(...script.post(input));
        else if (awaited !== undefined)
          effects.push(...script.post({ kind: input, step: awaited, reason: 'no' }));
      }
      if (script.state.phase === 'running') effects.push(...script.post({ kind: 'destroy' }));
      effects.push(...script.finish());
      if (!script.state.ending) effects.push(...script.post({ kind: 'destroy' }), ...script.finish());
      expect(script.state.phase).toBe('destroyed');
      expect(effects.filter((kind) => kind === 'ended')).toHaveLength(1);
      expect(effects.filter((kind) => kind === 'cleanup')).toHaveLength(1);
      expect(effects.indexOf('cleanup')).toBeGreaterThan(effects.lastIndexOf('kill'));
    }),
  );
});
