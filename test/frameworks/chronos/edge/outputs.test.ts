import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Outputs } from '../../../../frameworks/chronos/edge/outputs';

/** An agent that serves the files of one sandbox as Mesos does. */
async function startAgent(files: Record<string, string>): Promise<{ server: Server; sandbox: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://agent');
    const content = Buffer.from(files[url.searchParams.get('path')?.replace('/box/', '') ?? ''] ?? '');
    const offset = Number(url.searchParams.get('offset'));
    const length = Number(url.searchParams.get('length'));
    if (url.pathname !== '/files/read' || content.length === 0) return response.writeHead(404).end();
    if (offset < 0) return response.end(JSON.stringify({ data: '', offset: content.length }));
    const data = content.subarray(offset, offset + length).toString('utf8');
    return response.end(JSON.stringify({ data, offset }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, sandbox: `http://127.0.0.1:${port}/files/browse?path=%2Fbox` };
}

/** The output that is told of a sandbox with these files; undefined when none is. */
async function outputOf(files: Record<string, string>, bytesMax = 20): Promise<string | undefined> {
  const { server, sandbox } = await startAgent(files);
  const told: string[] = [];
  const quiet = new Promise<void>((resolve) => {
    const log = { ...silentLogger, debug: () => resolve() };
    const onOutput = (_taskId: string, output: string): void => {
      told.push(output);
      resolve();
    };
    const outputs = new Outputs({ bytesMax, log, onOutput });
    outputs.read({ kind: 'read-output', taskId: 't', sandbox });
    if (bytesMax === 0) resolve();
  });
  await quiet;
  await new Promise((resolve) => server.close(resolve));
  return told[0];
}

describe('the output of a task', () => {
  it.each([
    ['short', { stdout: 'one\ntwo\n', stderr: 'x' }, 'one\ntwo\nstderr:\nx'],
    [
      'cut at a line',
      { stdout: `${'0123456789\n'.repeat(9)}end\n`, stderr: 'x' },
      '0123456789\nend\nstderr:\nx',
    ],
    ['one long line', { stdout: 'a'.repeat(50), stderr: 'x' }, `${'a'.repeat(20)}\nstderr:\nx`],
  ])('that is %s', async (_case, files, output) => {
    expect(await outputOf(files)).toBe(output);
  });

  it('is not there when the agent does not have the files', async () => {
    expect(await outputOf({})).toBeUndefined();
  });

  it('is not read where the bound is 0', async () => {
    expect(await outputOf({ stdout: 'one', stderr: 'x' }, 0)).toBeUndefined();
  });
});
