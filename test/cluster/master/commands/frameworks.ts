/** Commands of master scripts: what frameworks say, over HTTP or as drivers. */

import { driverPid, said, saying, subscription } from '../driver-words';
import type { Commands, Stage } from '../stage';
import { UUID } from '../words';

export function frameworksCommands(script: Stage): Commands {
  return {
    framework: ([name = ''], given) => script.subscribe(name, given),
    reframework: ([name = ''], given) =>
      script.subscribe(name, given, given['id'] ?? script.frameworkId(name)),
    driver: ([name = ''], given) => {
      const known = [...script.state.frameworks.values(), ...script.state.completed.values()].find(
        ({ info }) => info.name === name,
      );
      const id = given['id'] ?? (given['again'] === 'yes' ? known?.id : undefined);
      script.post(subscription(name, id, given));
    },
    say: ([name = '', ...words], given) => {
      const framework = given['as'] ?? script.frameworkId(name);
      const spoken = said(script.state, { framework, uuid: UUID(script.updates) }, given, words);
      script.post(saying(given['at'] ?? name, framework, spoken, given['form']));
    },
    gone: ([place = '']) => script.post({ kind: 'agent.exited', pid: driverPid(place) }),
    disconnect: ([name = '']) => {
      const stream = script.streams.get(name) ?? '';
      script.streams.delete(name);
      script.post({ kind: 'scheduler.closed', stream, reason: 'the reader left' });
    },
    revive: ([name = '']) => script.call(name, { type: 'REVIVE' }),
    suppress: ([name = '']) => script.call(name, { type: 'SUPPRESS' }),
    update: ([name = ''], given) => {
      const known = [...script.state.frameworks.values()].find(({ info }) => info.name === name)?.info;
      const framework_info = {
        user: 'root',
        ...known,
        name,
        ...(given['user'] !== undefined && { user: given['user'] }),
        roles: (given['roles'] ?? '*').split(','),
      };
      const suppressed_roles = given['suppressed']?.split(',') ?? [];
      script.call(name, { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info, suppressed_roles } });
    },
    message: ([name = '', agent = '', executor = '']) => {
      const ids = { agent_id: { value: agent }, executor_id: { value: executor } };
      script.call(name, { type: 'MESSAGE', message: { ...ids, data: 'aGk=' } });
    },
    shutdown: ([name = '', agent = '', executor = '']) => {
      script.call(name, {
        type: 'SHUTDOWN',
        shutdown: { agent_id: { value: agent }, executor_id: { value: executor } },
      });
    },
    teardown: ([name = '']) => script.call(name, { type: 'TEARDOWN' }),
    request: ([name = '']) => script.call(name, { type: 'REQUEST', request: {} }),
    inverse: ([name = '', answer = '', ...numbers], given) => {
      const inverse_offer_ids = numbers
        .filter((word) => !word.includes('='))
        .map((number) => ({ value: `${script.state.boot.id}-${number}` }));
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      const answered = { inverse_offer_ids, filters };
      if (answer === 'accept')
        script.call(name, { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: answered });
      else script.call(name, { type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: answered });
    },
  };
}
