import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificates } from '../cluster/runtime/tls/certificates';
import { type Finished, meseta } from './meseta';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

const certificates = new Certificates();
const before = { ...process.env };
const machine = new OneMachine();
const guarded = new OneMachine();
let scheduler: TaskScheduler | undefined;

beforeAll(() => {
  const more = { LIBPROCESS_SSL_SUPPORT_DOWNGRADE: '1', LIBPROCESS_SSL_VERIFY_SERVER_CERT: '1' };
  Object.assign(process.env, certificates.env(more));
});
afterAll(async () => {
  scheduler?.stop();
  await machine.stop();
  await guarded.stop();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  certificates.remove();
});

it('runs a task in a cluster whose parts verify each other, asked by somebody who speaks plain HTTP', async () => {
  const { http } = await machine.startMaster();
  expect(http.url).toMatch(/^https:/);
  const agent = await machine.startAgent();
  expect(agent.http.url).toMatch(/^https:/);
  scheduler = new TaskScheduler(`http://127.0.0.1:${http.port}`);
  await scheduler.subscribe();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 't', 'true'));
  await scheduler.states('t', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
});

it('runs a task for somebody with a bearer token who trusts its authority, and for nobody else', async () => {
  const tokens = join(guarded.folder, 'tokens.json');
  writeFileSync(tokens, JSON.stringify({ tokens: [{ principal: 'me', token: 'token-of-me' }] }), {
    mode: 0o600,
  });
  const { http } = await guarded.startMaster([
    ...['--authenticate_http_frameworks', '--http_framework_authenticators=token', `--http_tokens=${tokens}`],
    ...['--authenticate_http_readonly', '--http_authenticators=token'],
  ]);
  await guarded.startAgent();
  const token = join(guarded.folder, 'token');
  writeFileSync(token, 'token-of-me\n', { mode: 0o600 });
  const mine = { MESETA_MASTER_TOKEN: `file://${token}`, MESETA_CA: certificates.ca };
  const ask = (args: readonly string[], env: Record<string, string>): Promise<Finished> =>
    meseta([...args, `--master=https://127.0.0.1:${http.port}`], env);
  const run = await ask(['run', '--name=t', '--command=true', '--resources=cpus:0.1;mem:32'], mine);
  expect(run).toMatchObject({ status: 0 });
  expect((await ask(['task', 'list', '--all'], mine)).out).toContain('finished');
  const unknown = await ask(['task', 'list'], { MESETA_CA: certificates.ca });
  expect(unknown).toMatchObject({ status: 1 });
  expect(unknown.err).toContain('401');
  const trustless = await ask(['task', 'list'], { ...mine, MESETA_CA: certificates.strangerCert });
  expect(trustless.err).toContain('a certificate that is not trusted');
});
