import { join } from 'node:path';
import { runScripts } from '../../scripts/run';
import { MarathonConversation } from './conversation';

runScripts(join(__dirname, 'conversations'), () => new MarathonConversation().interpret);
