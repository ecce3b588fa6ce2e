import { parseFlags, port, text, toggle } from '../../../../cluster/runtime/config/flags';
import { allowedHostsFlag } from '../../../../cluster/runtime/http/hosts';
import {
  HTTP_FLAGS,
  type HttpSettings,
  httpSettingsOf,
  REFUSED_HTTP_FLAGS,
  UNUSED_HTTP_FLAGS,
} from '../../../../frameworks/kit/edge/http-flags';

const FLAGS = {
  ...HTTP_FLAGS,
  ...UNUSED_HTTP_FLAGS,
  ...REFUSED_HTTP_FLAGS,
  http_address: text({ help: '', fallback: '127.0.0.1' }),
  http_port: port({ help: '', fallback: 4400 }),
  hostname: text({ help: '' }),
  webui_url: text({ help: '' }),
  insecure: toggle({ help: '', fallback: false }),
  allowed_hosts: allowedHostsFlag(),
} as const;

function settingsOf(args: readonly string[], env: Record<string, string> = {}): HttpSettings {
  return httpSettingsOf(parseFlags(FLAGS, { args, env, command: 'x', about: '' }).flags);
}

test('the settings of the port are those of the flags', () => {
  expect(settingsOf(['--http_credentials', 'me:secret', '--hostname', 'h'])).toMatchObject({
    address: '127.0.0.1',
    port: 4400,
    https: undefined,
    isSecureOnly: false,
    isCompressing: true,
    credentials: { user: 'me', password: 'secret' },
    realm: 'Mesosphere',
    concurrentMax: undefined,
    insecure: false,
    hosts: { advertised: ['h', undefined] },
  });
});

test('the credentials of the original come from its variable, too', () => {
  expect(settingsOf([], { MESOSPHERE_HTTP_CREDENTIALS: 'me:secret' }).credentials).toEqual({
    user: 'me',
    password: 'secret',
  });
});

test.each([
  ['--ssl_keystore_path', 'x'],
  ['--ssl_keystore_password', 'x'],
])('%s stops the start with the way', (...args) => {
  expect(() => settingsOf(args)).toThrow('LIBPROCESS_SSL_ENABLED=1');
});

test.each([
  [['--https_port', '1'], { address: '127.0.0.1', port: 1 }],
  [['--https_address', '10.0.0.1'], { address: '10.0.0.1', port: 8443 }],
  [['--disable_http'], { address: '127.0.0.1', port: 8443 }],
  [['--http_address', '10.0.0.2', '--https_port', '2'], { address: '10.0.0.2', port: 2 }],
])('the port with TLS of %j', (args, https) => {
  expect(settingsOf(args).https).toEqual(https);
});
