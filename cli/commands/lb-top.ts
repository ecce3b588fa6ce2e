/**
 * `meseta lb top`: the traffic of each version of each app at a running load balancer.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { tokenFlags } from '../../cluster/runtime/auth/caller';
import { integer, text, toggle } from '../../cluster/runtime/config/flags';
import { withApi } from '../api';
import { flagCommand } from '../command';
import { printJson, printTable } from '../print';

/** The traffic of one version of one app, in `GET /v1/traffic`. */
interface VersionTraffic {
  readonly app: string;
  readonly version: string;
  readonly servers: number;
  readonly connections: number;
  readonly requests: number;
  readonly errors: number;
  readonly responses: Readonly<Record<'5xx', number>>;
  readonly responseMs: number;
}

export const lbTop = flagCommand({
  flags: {
    lb: text({
      value: 'URL',
      help: "the load balancer's API",
      fallback: 'http://127.0.0.1:9092',
      env: 'MESETA_LB',
    }),
    'api-credentials': text({
      value: 'USER:PASSWORD',
      help: 'who asks',
      env: 'MESETA_LB_CREDENTIALS',
      secret: true,
    }),
    ...tokenFlags('it', 'MESETA_LB'),
    seconds: integer({ value: 'N', help: 'time to look at', min: 1, max: 3600, fallback: 2 }),
    count: integer({ value: 'N', help: 'how often; 0 is until Ctrl-C', min: 0, max: 1_000_000, fallback: 1 }),
    json: toggle({ help: 'print JSON for programs', fallback: false }),
  },
  run: async ({ flags }, terminal) => {
    const options = {
      url: flags.lb,
      what: 'The load balancer',
      flag: '--lb',
      credentials: flags['api-credentials'],
      token: flags.token,
      ca: flags.ca,
    };
    await withApi(options, async (api) => {
      const read = async (): Promise<VersionTraffic[]> =>
        (await api.json('GET', '/v1/traffic')) as VersionTraffic[];
      let before = await read();
      for (let turn = 0; flags.count === 0 || turn < flags.count; turn++) {
        if (terminal.isClosed?.()) break;
        await sleep(flags.seconds * 1000);
        const now = await read();
        if (flags.json) terminal.out(printJson(now));
        else terminal.out(table(before, now, flags.seconds));
        before = now;
      }
    });
    return 0;
  },
});

function table(before: readonly VersionTraffic[], now: readonly VersionTraffic[], seconds: number): string {
  const previous = new Map(before.map((traffic) => [`${traffic.app} ${traffic.version}`, traffic]));
  if (now.length === 0) return 'There is no traffic.\n';
  const rows = now.map((traffic) => {
    const old = previous.get(`${traffic.app} ${traffic.version}`);
    const rate = (value: number, last = 0): string => ((value - last) / seconds).toFixed(1);
    return [
      traffic.app,
      traffic.version,
      String(traffic.servers),
      String(traffic.connections),
      rate(traffic.requests, old?.requests),
      rate(traffic.responses['5xx'], old?.responses['5xx']),
      rate(traffic.errors, old?.errors),
      traffic.responseMs.toFixed(0),
    ];
  });
  const head = ['app', 'version', 'servers', 'connections', 'requests/s', '5xx/s', 'errors/s', 'ms'];
  return printTable(head, rows);
}
