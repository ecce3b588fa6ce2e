import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeCgroups } from '../../../../cluster/agent/containerizer/cgroups/files';
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
    afterAll(async () => {
      pressure.stop();
      await removeCgroups([cgroup], 5000);
      rmSync(folder, { recursive: true });
    });

    /** Writes more than the cgroup may have in memory. */
    const press = (): unknown =>
      spawnSync('sh', [
        '-c',
        `echo $$ > ${cgroup}/cgroup.procs; exec dd if=/dev/zero of=${folder}/big bs=1M count=64`,
      ]);

    it('is counted for a cgroup until it is left out, and for one that is missing not at all', async () => {
      pressure.add('c', cgroup);
      pressure.add('missing', join(cgroup, 'missing'));
      expect(pressure.countsOf('c')).toEqual({ low: 0, medium: 0, critical: 0 });
      // It reads its orders before the cgroup is pressed, or sees the pressure of the next round.
      while (pressure.countsOf('c')?.low === 0) {
        press();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(pressure.countsOf('missing')).toEqual({ low: 0, medium: 0, critical: 0 });
      pressure.remove('c');
      expect(pressure.countsOf('c')).toBeUndefined();
    });
  },
);
