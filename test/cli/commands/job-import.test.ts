import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeZookeeper } from '../../cluster/zookeeper/setting';
import { frameworkIdNode, originalJob } from '../../frameworks/chronos/core/import/original-nodes';
import { runAt } from './run';

const DAILY = { schedule: 'R/2037-01-01T00:00:00.000Z/P1D', command: 'true' };
const PERSISTENT = 0;

describeZookeeper('meseta job import', (setting) => {
  it('reports the jobs that did not come in or cannot run, each with the reason, and its status is 1', async () => {
    const path = setting.newPath();
    const client = setting.client();
    await client.makePath(`${path}/state`);
    const put = async (node: ReturnType<typeof originalJob>): Promise<void> => {
      await client.create(`${path}/state/${node.name}`, Buffer.from(node.data), PERSISTENT);
    };
    await put(originalJob({ ...DAILY, name: 'a' }));
    await put(frameworkIdNode('F-1'));
    const folder = mkdtempSync(join(tmpdir(), 'meseta-job-import-'));
    setting.undo(() => rmSync(folder, { recursive: true, force: true }));
    const args = ['--zk_hosts', `127.0.0.1:${setting.server.port}`, '--zk_path', path, '--work_dir', folder];
    expect(await runAt('', ['job', 'import', ...args])).toEqual({
      status: 0,
      out: '1 job was imported\nThe framework id is F-1\n',
      err: '',
    });
    await put(originalJob({ name: 'b', schedule: 'R//PT0S' }));
    await put(originalJob({ name: 'c', parents: ['b'] }));
    expect(await runAt('', ['job', 'import', ...args])).toEqual({
      status: 1,
      out: [
        '1 job was imported',
        'The framework id is F-1',
        '',
        'JOB  OUTCOME        REASON',
        "b    not imported   /schedule 'R//PT0S' has a period of less than one second",
        "c    quarantined    Job 'c' has unknown parents: 'b'",
        'a    there already  it stays as it is; --replace takes the other',
        '',
      ].join('\n'),
      err: '',
    });
  });
});
