// Made by Tools/generate-protos. Do not edit.
#include "stillwatch/v1/account_event.pb-c.h"
#include "stillwatch/v1/admin.pb-c.h"
#include "stillwatch/v1/event_log.pb-c.h"
#include "stillwatch/v1/model_file.pb-c.h"
#include "stillwatch/v1/scoring.pb-c.h"
