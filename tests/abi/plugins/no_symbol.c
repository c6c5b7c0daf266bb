/* A shared object that is no plugin. */
int tutti_plugin_v0(void);
int tutti_plugin_v0(void) { return 0; }
