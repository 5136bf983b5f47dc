import { Conversation } from "@elevenlabs/client-0";
import { talkWith } from "./talk.js";

talkWith(Conversation);
