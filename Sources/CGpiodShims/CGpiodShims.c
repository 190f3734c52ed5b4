#include "CGpiodShims.h"
