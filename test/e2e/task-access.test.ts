/**
 * Commands that reach into tasks, where master and agent have TLS by an authority of their own, and ask who is there.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificates } from '../cluster/runtime/tls/certificates';
import { meseta, start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

const machine = new OneMachine();
const certificates = new Certificates();
let env: Record<string, string>;

beforeAll(async () => {
  Object.assign(process.env, certificates.env());
  const all = join(machine.folder, 'credentials');
  writeFileSync(all, '{"credentials": [{"principal": "ops", "secret": "open"}]}', { mode: 0o600 });
  const realms = ['--authenticate_http_readonly', '--authenticate_http_readwrite'];
  const master = await machine.startMaster([
    ...realms,
    `--credentials=${all}`,
    '--authenticate_http_frameworks',
    '--http_framework_authenticators=basic',
  ]);
  await machine.startAgent('one', [...realms, `--http_credentials=${all}`, '--resources=cpus:1;mem:256']);
  env = { MESETA_MASTER: master.http.url, NODE_EXTRA_CA_CERTS: certificates.ca };
});

afterAll(async () => {
  await machine.stop();
  certificates.remove();
});

it('they take certificates and credentials as all others do', async () => {
  const who = ['--principal=ops', '--secret=open', '--resources=cpus:0.1;mem:32'];
  const ran = start(['run', '--name=t', '--command=echo out; exec sleep 1000', ...who], env);
  let told = '';
  await new Promise<void>((resolve) =>
    ran.stdout?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('TASK_RUNNING')) resolve();
    }),
  );
  const trusted = { ...env, MESETA_MASTER_CREDENTIALS: 'ops:open' };
  const commands = [
    ['task', 'logs', 't'],
    ['task', 'exec', 't', 'echo', 'out'],
    ['task', 'files', 'get', 't', 'stdout', '-'],
  ];
  for (const command of commands)
    expect(await meseta(command, trusted)).toEqual({ status: 0, out: 'out\n', err: '' });
  expect((await meseta(['task', 'files', 'ls', 't'], trusted)).out).toContain('stdout');
  expect((await meseta(['agent', 'containers', 'S0'], trusted)).out).toMatch(/ t /);
  // The agent is asked with the same credentials, and says for itself that there is nothing to attach to.
  expect((await meseta(['task', 'attach', 't'], trusted)).err).toContain('Task t has no terminal');
  const stranger = await meseta(['task', 'exec', '--credentials=ops:wrong', 't', 'true'], env);
  expect(stranger.err).toContain('answered 401');
  expect(stranger.err).toContain('say who you are with --credentials or --token');
  const distrustful = await meseta(['task', 'logs', 't'], { ...trusted, NODE_EXTRA_CA_CERTS: '' });
  expect(distrustful.err).toContain('Name the file of its authority with --ca, or in the variable MESETA_CA');
  ran.kill('SIGINT');
  await new Promise((resolve) => ran.once('close', resolve));
});
