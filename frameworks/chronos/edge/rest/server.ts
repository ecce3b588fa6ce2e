/** The HTTP server of Chronos: its routes, the form of its errors, and the place and access of its port. */

import type { Authenticator } from '../../../../cluster/runtime/auth/authenticator';
import type { Clock } from '../../../../cluster/runtime/clock';
import { hostRule } from '../../../../cluster/runtime/http/hosts';
import type { Metrics } from '../../../../cluster/runtime/metrics';
import type { ServerPlan } from '../../../../cluster/runtime/process';
import type { SenderAuthenticator } from '../../../kit/edge/access/adapt-plugins';
import { type Authorizer, rightsReader } from '../../../kit/edge/access/authorizer';
import { type HttpSettings, placesOf } from '../../../kit/edge/http-flags';
import { HEALTH_PATHS } from '../../../kit/edge/leadership/health';
import { authenticatorOf, errorAnswers, type RestDoor } from '../../../kit/edge/rest/door';
import { Slices } from '../../../kit/edge/rest/slices';
import { jobPrinters } from '../../core/jobs/print-job';
import { printRefusal } from '../../core/jobs/refusal';
import type { ZoneRules } from '../../core/schedule/zone';
import { summaryOf } from '../../views/jobs';
import type { Read } from '../../views/read';
import { ChangeStream } from '../changes';
import { ChronosMetrics } from '../metrics';
import { CachedTexts } from './cached-texts';
import type { RestContext, RestSettings } from './context';
import { chronosRoutes } from './routes';
import { SearchIndex } from './search-index';
import { SortedNames } from './sorted-names';

/** What `main.ts` gives to the API. */
export interface RestParts extends Pick<RestContext, 'ask' | 'leader' | 'setLogLevel'> {
  readonly read: Read;
  readonly rules: ZoneRules;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly startedAt: number;
  /** Violations of invariants that checks have seen. */
  violations(): number;
  /** Counters of the original that other parts keep. */
  counters(): Readonly<Record<string, number>>;
}

/** The places and the access of the API. */
export interface RestAccess extends Omit<HttpSettings, 'bearer' | 'usersFile' | 'isCompressing'> {
  readonly users?: ReadonlyMap<string, string> | undefined;
  readonly bearer: Authenticator | undefined;
  readonly authenticator?: SenderAuthenticator | undefined;
  readonly authorizer?: Authorizer | undefined;
}

export interface ChronosRest {
  readonly plan: ServerPlan;
  /** Jobs that changed, once they are stored, and notices to owners go here. */
  readonly changes: ChangeStream;
  /** The headers and errors of all answers, for those that are made before any handler. */
  readonly door: RestDoor;
}

export function chronosRest(settings: RestSettings, access: RestAccess, parts: RestParts): ChronosRest {
  const context = restContext(settings, access, parts);
  const { insecure, hosts, credentials, users, bearer, realm } = access;
  const plan: ServerPlan = {
    what: 'Chronos',
    about:
      'Jobs are at /v1/scheduler/jobs, the API at /openapi.json, metrics at /metrics, an answer at /ping.',
    ...placesOf(access),
    routes: chronosRoutes(context),
    insecure,
    hosts: hostRule(hosts),
    credentials,
    users,
    bearer,
    authenticator: authenticatorOf(context, access.authenticator),
    openPaths: access.authenticator ? ['/ping', ...HEALTH_PATHS] : [],
    credentialsFlag: '--http_credentials',
    realm,
    compress: settings.isCompressing,
    ...errorAnswers(context),
  };
  return { plan, changes: context.changes, door: context };
}

function restContext(settings: RestSettings, access: RestAccess, parts: RestParts): RestContext {
  const { concurrentMax, authorizer } = access;
  const { read, rules, clock, metrics, startedAt, violations, counters } = parts;
  const names = new SortedNames();
  const printing = { rules, printers: jobPrinters(settings.defaults) };
  const texts = new CachedTexts(printing);
  const changes = new ChangeStream(clock, (name) => summaryOf(read, name, (...row) => texts.summary(...row)));
  const now = (): number => clock.now();
  return {
    ...parts,
    settings,
    names,
    texts,
    printing,
    searchIndex: new SearchIndex(),
    changes,
    slices: new Slices(),
    metrics: new ChronosMetrics({
      metrics,
      read,
      names,
      now,
      startedAt,
      readers: () => changes.size,
      violations,
      counters,
    }),
    rules,
    clock,
    read,
    concurrentMax,
    active: { count: 0 },
    headers: commonHeaders,
    rights: rightsReader(authorizer, errorBody),
    errorBody,
  };
}

function errorBody(status: number, message: string): object {
  return JSON.parse(printRefusal({ status, message })) as object;
}

/** The original lets pages of any origin read; here pages of others are refused before. */
function commonHeaders(): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'cache-control': 'must-revalidate,no-cache,no-store',
    'x-content-type-options': 'nosniff',
  };
}
