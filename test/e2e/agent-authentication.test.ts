import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';

const machine = new OneMachine();
afterAll(() => machine.stop());

function file(name: string, content: object): string {
  const path = join(machine.folder, name);
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

it('lets agents register that show who they are, and may', async () => {
  const good = { principal: 'agent', secret: 'right' };
  const other = { principal: 'other', secret: 'right' };
  const credentials = file('credentials', { credentials: [good, other] });
  const acls = { register_agents: [{ principals: { values: ['other'] }, agents: { type: 'NONE' } }] };
  const { http } = await machine.startMaster([
    '--authenticate_agents',
    `--credentials=${credentials}`,
    `--acls=${JSON.stringify(acls)}`,
  ]);
  const agent = async (name: string, given: object | undefined): Promise<void> => {
    const own = given ? [`--credential=${file(`${name}.json`, given)}`] : [];
    await machine.startAgent(name, [`--hostname=${name}`, ...own]);
  };
  await agent('without', undefined);
  await agent('wrong', { ...good, secret: 'wrong' });
  await agent('forbidden', other);
  await agent('right', good);
  const hosts = async (): Promise<string[]> => {
    const { slaves } = (await (await fetch(`${http.url}/slaves`)).json()) as {
      slaves: { hostname: string }[];
    };
    return slaves.map(({ hostname }) => hostname);
  };
  await eventually('the right agent', async () => (await hosts()).includes('right'));
  expect(await hosts()).toEqual(['right']);
});
