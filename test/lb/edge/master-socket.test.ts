import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeSocket, readProcessList } from '../../../lb/edge/master-socket';

const answer = `#<PID>          <type>          <reloads>       <uptime>        <version>
4800            master          2 [failed: 1]   0d00h00m05s     2.6.12-1+deb12u4
# workers
4829            worker          1               0d00h00m05s     2.6.12-1+deb12u4
# old workers
4803            worker          2               0d00h00m06s     2.6.12-1+deb12u4
# programs

`;

test('the list of processes is read', () => {
  expect(readProcessList(answer)).toEqual({
    master: 4800,
    reloads: 2,
    failed: 1,
    worker: 4829,
    version: '2.6.12-1+deb12u4',
    old: [4803],
  });
});

test.each(['', 'Unknown command'])('%j is no list', (text) => {
  expect(readProcessList(text)).toBeUndefined();
});

test('a socket answers, is silent when its answer is another, and gone when nobody listens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-probe-'));
  const path = join(folder, 'socket');
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.resume().end('Pid: 7\n'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    expect(await probeSocket(path, 'show info', /^Pid: /m)).toBe('answers');
    expect(await probeSocket(path, 'show info', /^Name: /m)).toBe('silent');
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['none', 'file'])
      expect(await probeSocket(join(folder, name), 'show info', /^Pid: /m)).toBe('gone');
  } finally {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});
