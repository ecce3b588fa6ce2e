import { type Api, withApi } from '../../cli/api';
import { watchChange } from '../../cli/deployment-watch';
import { ScriptedApi } from './scripted-api';

const marathon = new ScriptedApi();
let url = '';

beforeAll(async () => {
  url = await marathon.start();
});
afterAll(() => marathon.stop());
beforeEach(() => {
  marathon.asked.length = 0;
  marathon.events.length = 0;
  marathon.answers.set('GET /v2/deployments', []);
});

const options = () => ({ url, what: 'Marathon', flag: '--marathon' });

function watched(
  isWatched: boolean,
  change = async (): Promise<readonly string[]> => ['d1'],
): Promise<string> {
  const lines: string[] = [];
  const terminal = { err: (text: string) => void lines.push(text) };
  return withApi(options(), async (api: Api) => {
    await watchChange(api, { watch: isWatched }, terminal, change);
    return lines.join('');
  });
}

describe('the watch of a change', () => {
  it('tells each state of the deployment once, until it is not listed any more', async () => {
    marathon.events.push({ eventType: 'deployment_success', id: 'd1' });
    const deployment = { id: 'd1', currentStep: 1, totalSteps: 2, reason: '/a: 0 of 2 up' };
    marathon.answers.set('GET /v2/deployments', [deployment]);
    setTimeout(() => marathon.answers.set('GET /v2/deployments', []), 700);
    expect(await watched(true)).toBe('step 1 of 2: /a: 0 of 2 up\nthe deployment d1 has ended\n');
  });

  it('fails with the reason of a deployment that failed', async () => {
    marathon.events.push(
      { eventType: 'deployment_success', id: 'd0' },
      { eventType: 'deployment_failed', id: 'd1', reason: 'the deadline of 60 s is over' },
    );
    await expect(watched(true)).rejects.toThrow('the deployment d1 failed: the deadline of 60 s is over');
  });

  it('words the reason itself where the original tells none', async () => {
    marathon.events.push({ eventType: 'deployment_failed', id: 'd1' });
    await expect(watched(true)).rejects.toThrow('d1 failed: it was cancelled, or another change replaced it');
  });

  it('opens the stream before the change, and changes nothing without one', async () => {
    const change = jest.fn(async () => ['d1']);
    await expect(
      withApi(options(), (api) => {
        const stream = (): ReturnType<Api['stream']> => api.stream('/v2/none', 'text/event-stream');
        const broken = { json: api.json.bind(api), stream };
        return watchChange(broken, { watch: true }, { err: () => undefined }, change);
      }),
    ).rejects.toThrow('Marathon answered 404 for the stream /v2/none');
    expect(change).not.toHaveBeenCalled();
  });

  it('reads nothing when it is not wanted', async () => {
    expect(await watched(false)).toBe('');
    expect(marathon.asked).toEqual([]);
  });
});
