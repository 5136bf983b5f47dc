import { Conversation } from "@elevenlabs/client";
import { talkWith } from "./talk.js";

talkWith(Conversation);
