import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryPressure, pressureProgram } from '../../../../cluster/runtime/pressure/memory-pressure';

const CGROUPS = '/sys/fs/cgroup/memory';
const program = pressureProgram() ?? '';
const isThere = program !== '' && mayWrite(join(CGROUPS, 'cgroup.event_control'));

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

(isThere ? describe : describe.skip)(
  'memory pressure (skipped without root, cgroups v1 and a C compiler)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'meseta-pressure-'));
    const cgroup = join(CGROUPS, basename(folder));
    const pressure = new MemoryPressure(program, silentLogger);
    beforeAll(() => {
      mkdirSync(cgroup);
      writeFileSync(join(cgroup, 'memory.limit_in_bytes'), String(32 * 1024 * 1024));
    });
    afterAll(() => {
      pressure.stop();
      rmdirSync(cgroup);
      rmSync(folder, { recursive: true });
    });

    /** Writes more than the cgroup may have in memory. */
    const press = (): unknown =>
      execFileSync(
        'sh',
        ['-c', `echo $$ > ${cgroup}/cgroup.procs; exec dd if=/dev/zero of=${folder}/big bs=1M count=200`],
        {
          stdio: 'ignore',
        },
      );

    it('is counted from the first look at a cgroup on, and no longer than to the last', async () => {
      pressure.add('c', cgroup);
      pressure.add('missing', join(cgroup, 'missing'));
      expect(pressure.countsOf('c')).toEqual({ low: 0, medium: 0, critical: 0 });
      // It reads its orders before the cgroup is pressed, or sees the pressure of the next round.
      const rounds = setInterval(press, 50);
      await until(() => (pressure.countsOf('c')?.low ?? 0) > 0);
      clearInterval(rounds);
      expect(pressure.countsOf('missing')).toEqual({ low: 0, medium: 0, critical: 0 });
      pressure.remove('c');
      expect(pressure.countsOf('c')).toBeUndefined();
    });
  },
);
