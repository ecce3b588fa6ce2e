import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { WireConversation } from './wire';

const open: WireConversation[] = [];

afterEach(() => Promise.all(open.splice(0).map((conversation) => conversation.stop())));

runScripts(join(__dirname, 'wire'), () => {
  const conversation = new WireConversation();
  open.push(conversation);
  return conversation.interpret;
});
