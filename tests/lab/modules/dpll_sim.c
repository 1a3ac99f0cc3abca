/*
 * A DPLL without hardware, for the generic family "dpll": a device that is locked while one of its inputs is connected,
 * two inputs, an output with embedded sync, and a multiplexer with a GNSS receiver behind it. What is set is kept.
 */
#include <linux/dpll.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#define CLOCK_ID 0x5ca1ab1e0ddba11ULL

static struct dpll_pin_frequency frequencies[] = {
	DPLL_PIN_FREQUENCY_1PPS,
	DPLL_PIN_FREQUENCY_10MHZ,
	DPLL_PIN_FREQUENCY_RANGE(1000, 25000000),
};

static const struct dpll_pin_frequency syncs[] = { DPLL_PIN_FREQUENCY_1PPS };

struct sim_pin {
	struct dpll_pin_properties properties;
	enum dpll_pin_direction direction;
	enum dpll_pin_state state;
	u64 frequency;
	u64 sync;
	u32 prio;
	s32 phase_adjust;
	struct dpll_pin *pin;
};

#define PIN(label, kind, can) \
	.properties = { \
		.board_label = label, \
		.panel_label = "panel " label, \
		.type = DPLL_PIN_TYPE_##kind, \
		.capabilities = can, \
		.freq_supported = frequencies, \
		.freq_supported_num = ARRAY_SIZE(frequencies), \
		.phase_range = { -5000, 5000 }, \
	}, \
	.frequency = DPLL_PIN_FREQUENCY_1_HZ

#define STATE DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE
#define PRIO DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE
#define DIRECTION DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE

enum { IN0, IN1, OUT, MUX, GNSS, PINS };

static struct sim_pin pins[PINS] = {
	[IN0] = { PIN("IN0", EXT, STATE | PRIO | DIRECTION), .state = DPLL_PIN_STATE_CONNECTED },
	[IN1] = { PIN("IN1", SYNCE_ETH_PORT, STATE | PRIO), .state = DPLL_PIN_STATE_SELECTABLE, .prio = 1 },
	[OUT] = { PIN("OUT", EXT, STATE), .state = DPLL_PIN_STATE_CONNECTED },
	[MUX] = { PIN("MUX", MUX, STATE | PRIO), .state = DPLL_PIN_STATE_SELECTABLE, .prio = 2 },
	[GNSS] = { PIN("GNSS", GNSS, STATE), .state = DPLL_PIN_STATE_DISCONNECTED },
};

static struct dpll_device *device;

/* Tells that the device's lock may be another; later, as who sets a pin holds the family's mutex. */
static void tell(struct work_struct *work)
{
	dpll_device_change_ntf(device);
}

static DECLARE_WORK(changed, tell);

static bool locked(void)
{
	for (int i = 0; i < PINS; i++)
		if (i != OUT && i != GNSS && pins[i].state == DPLL_PIN_STATE_CONNECTED)
			return true;
	return false;
}

static int mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode, struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static int lock_status_get(const struct dpll_device *dpll, void *priv, enum dpll_lock_status *status,
			   enum dpll_lock_status_error *error, struct netlink_ext_ack *extack)
{
	*status = locked() ? DPLL_LOCK_STATUS_LOCKED : DPLL_LOCK_STATUS_UNLOCKED;
	*error = locked() ? DPLL_LOCK_STATUS_ERROR_NONE : DPLL_LOCK_STATUS_ERROR_MEDIA_DOWN;
	return 0;
}

static int temp_get(const struct dpll_device *dpll, void *priv, s32 *temp, struct netlink_ext_ack *extack)
{
	*temp = -12345;
	return 0;
}

static const struct dpll_device_ops device_ops = {
	.mode_get = mode_get,
	.lock_status_get = lock_status_get,
	.temp_get = temp_get,
};

/* A field of a pin, read and written through the device that it is a pin of. */
#define GET(field, type) \
	static int field##_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, \
			       void *dpll_priv, type *value, struct netlink_ext_ack *extack) \
	{ \
		*value = ((struct sim_pin *)priv)->field; \
		return 0; \
	}
#define GET_SET(field, type) \
	GET(field, type) \
	static int field##_set(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, \
			       void *dpll_priv, const type value, struct netlink_ext_ack *extack) \
	{ \
		((struct sim_pin *)priv)->field = value; \
		return 0; \
	}

GET_SET(frequency, u64)
GET_SET(direction, enum dpll_pin_direction)
GET_SET(prio, u32)
GET_SET(phase_adjust, s32)
GET(state, enum dpll_pin_state)

static int state_set(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv,
		     const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	if (priv == &pins[OUT] && state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "an output is not selectable");
		return -EINVAL;
	}
	((struct sim_pin *)priv)->state = state;
	schedule_work(&changed);
	return 0;
}

static int parent_state_get(const struct dpll_pin *pin, void *priv, const struct dpll_pin *parent, void *parent_priv,
			    enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	*state = ((struct sim_pin *)priv)->state;
	return 0;
}

static int parent_state_set(const struct dpll_pin *pin, void *priv, const struct dpll_pin *parent, void *parent_priv,
			    const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	((struct sim_pin *)priv)->state = state;
	return 0;
}

static int phase_offset_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv,
			    s64 *offset, struct netlink_ext_ack *extack)
{
	*offset = -1234567890123LL;
	return 0;
}

static int ffo_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv, s64 *ffo,
		   struct netlink_ext_ack *extack)
{
	*ffo = -42;
	return 0;
}

static int esync_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv,
		     struct dpll_pin_esync *esync, struct netlink_ext_ack *extack)
{
	*esync = (struct dpll_pin_esync){ ((struct sim_pin *)priv)->sync, syncs, ARRAY_SIZE(syncs), 25 };
	return 0;
}

static int esync_set(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv,
		     u64 frequency, struct netlink_ext_ack *extack)
{
	((struct sim_pin *)priv)->sync = frequency;
	return 0;
}

#define EVERY_PIN \
	.frequency_get = frequency_get, \
	.frequency_set = frequency_set, \
	.direction_get = direction_get

static const struct dpll_pin_ops input_ops = {
	EVERY_PIN,
	.direction_set = direction_set,
	.state_on_dpll_get = state_get,
	.state_on_dpll_set = state_set,
	.prio_get = prio_get,
	.prio_set = prio_set,
	.phase_adjust_get = phase_adjust_get,
	.phase_adjust_set = phase_adjust_set,
	.phase_offset_get = phase_offset_get,
	.ffo_get = ffo_get,
};

static const struct dpll_pin_ops output_ops = {
	EVERY_PIN,
	.state_on_dpll_get = state_get,
	.state_on_dpll_set = state_set,
	.phase_adjust_get = phase_adjust_get,
	.phase_adjust_set = phase_adjust_set,
	.esync_get = esync_get,
	.esync_set = esync_set,
};

static const struct dpll_pin_ops behind_ops = {
	EVERY_PIN,
	.state_on_pin_get = parent_state_get,
	.state_on_pin_set = parent_state_set,
};

static int __init sim_init(void)
{
	int error;

	device = dpll_device_get(CLOCK_ID, 0, THIS_MODULE);
	if (IS_ERR(device))
		return PTR_ERR(device);
	error = dpll_device_register(device, DPLL_TYPE_EEC, &device_ops, NULL);
	for (int i = 0; i < PINS && !error; i++) {
		struct sim_pin *one = &pins[i];

		one->direction = i == OUT ? DPLL_PIN_DIRECTION_OUTPUT : DPLL_PIN_DIRECTION_INPUT;
		one->pin = dpll_pin_get(CLOCK_ID, i, THIS_MODULE, &one->properties);
		if (IS_ERR(one->pin))
			error = PTR_ERR(one->pin);
		else if (i == GNSS)
			error = dpll_pin_on_pin_register(pins[MUX].pin, one->pin, &behind_ops, one);
		else
			error = dpll_pin_register(device, one->pin, i == OUT ? &output_ops : &input_ops, one);
	}
	/* A laboratory's kernel: what came before a failure stays. */
	return error;
}

static void __exit sim_exit(void)
{
	cancel_work_sync(&changed);
	for (int i = PINS - 1; i >= 0; i--) {
		struct sim_pin *one = &pins[i];

		if (i == GNSS)
			dpll_pin_on_pin_unregister(pins[MUX].pin, one->pin, &behind_ops, one);
		else
			dpll_pin_unregister(device, one->pin, i == OUT ? &output_ops : &input_ops, one);
		dpll_pin_put(one->pin);
	}
	dpll_device_unregister(device, &device_ops, NULL);
	dpll_device_put(device);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("A DPLL without hardware");
MODULE_LICENSE("GPL");
