import {
  posixCpu,
  posixMem,
  readProcessUse,
} from '../../../../../cluster/agent/containerizer/isolators/posix-usage';
import { runOf } from './builders';

it('reads the use of a process, whatever the name of its program', () => {
  const stat = `42 (a (b) c) S 1 42 42 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 3 0 100 9999 ${10} 18446744073709551615`;
  expect(readProcessUse(stat)).toEqual({
    userSeconds: 2.5,
    systemSeconds: 0.5,
    rssBytes: 40_960,
    threads: 3,
  });
});

it('adds the processes of a container up; those that are gone count for nothing', async () => {
  const cpu = await posixCpu().usage?.(runOf(), [process.pid, 999_999_999]);
  expect(cpu).toMatchObject({ processes: 1 });
  expect(cpu?.threads).toBeGreaterThan(1);
  expect(cpu?.cpus_user_time_secs).toBeGreaterThan(0);
  const mem = await posixMem().usage?.(runOf(), [process.pid]);
  expect(mem?.mem_rss_bytes).toBeGreaterThan(10 * 1024 * 1024);
});
