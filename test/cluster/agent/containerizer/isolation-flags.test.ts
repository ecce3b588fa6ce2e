import { isolationFlags } from '../../../../cluster/agent/containerizer/isolation-flags';
import { parseFlags } from '../../../../cluster/runtime/config/flags';
import { printFlags } from '../../../../cluster/runtime/config/print-flags';

test('the default container is shown without the values of its secrets, and has them', () => {
  const data = Buffer.from('hunter2').toString('base64');
  const secret = { type: 'VALUE', value: { data } };
  const volume = { mode: 'RO', container_path: 'key', source: { type: 'SECRET', secret } };
  const json = JSON.stringify({ type: 'MESOS', volumes: [volume] });
  const args = [`--default_container_info=${json}`];
  const { flags } = parseFlags(isolationFlags, { command: 'test', about: '', args, env: {} });
  expect(flags.default_container_info?.volumes?.[0]?.source?.secret?.value?.data).toBe(data);
  const shown = printFlags(isolationFlags, flags)['default_container_info'] ?? '';
  expect(JSON.parse(shown)).toEqual({
    type: 'MESOS',
    volumes: [{ ...volume, source: { type: 'SECRET', secret: { type: 'VALUE' } } }],
  });
});
