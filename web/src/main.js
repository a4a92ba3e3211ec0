// SPDX-License-Identifier: Apache-2.0
// Where the page begins.
import { mount } from 'svelte';
import './desk.css';
import Desk from './Desk.svelte';

mount(Desk, { target: document.getElementById('desk') });
